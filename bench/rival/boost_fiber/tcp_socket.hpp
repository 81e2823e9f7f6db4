// rival/boost_fiber/tcp_socket.hpp - reads and writes that park a fiber of Boost.Fiber
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <span>
#include <system_error>

#include "rival/boost_fiber/poller.hpp"

namespace bench::boost_fiber {

/// Owns a non-blocking socket, listening or connected. Stays where it is: the kernel keeps its address.
class tcp_socket {
 public:
  tcp_socket(poller& events, int fd) : fd_(fd) { events.watch(fd, state_); }
  tcp_socket(const tcp_socket&) = delete;
  tcp_socket& operator=(const tcp_socket&) = delete;
  ~tcp_socket() { close(fd_); }

  /// The descriptor of the next connection, non-blocking.
  int accept() {
    return static_cast<int>(
        retry(state_.input, [&] { return accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); }));
  }

  /// The number of bytes read, 0 at the end of the stream.
  std::size_t read_some(std::span<std::byte> buffer) {
    const ssize_t n = retry(state_.input, [&] { return recv(fd_, buffer.data(), buffer.size(), 0); });
    const auto count = static_cast<std::size_t>(n);
    // Less than there was room for: the socket is empty and the next edge will say when it is not. After a hang-up none
    // will.
    if (count < buffer.size()) state_.input.ready = state_.hung_up;
    return count;
  }

  void write_all(std::span<const std::byte> data) {
    while (!data.empty()) {
      const ssize_t n = retry(state_.output, [&] { return send(fd_, data.data(), data.size(), MSG_NOSIGNAL); });
      data = data.subspan(static_cast<std::size_t>(n));
    }
  }

 private:
  template <class Call>
  ssize_t retry(poller::direction& way, Call call) {
    for (;;) {
      while (!way.ready) way.wait();
      const ssize_t result = call();
      if (result >= 0) return result;
      if (errno != EAGAIN) throw std::system_error(errno, std::system_category(), "tcp_socket");
      way.ready = false;
    }
  }

  const int fd_;
  poller::watched state_;
};

}  // namespace bench::boost_fiber
