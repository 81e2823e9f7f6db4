// test/support/raw_socket.hpp - a plain blocking socket: the end of a connection that coir does not serve
#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <coir/base/unique_fd.hpp>
#include <coir/io/endpoint.hpp>
#include <coir/io/tcp_stream.hpp>

namespace support {

/// Every call gives up after this many seconds, so that a lost byte fails a test instead of hanging it.
inline constexpr int patience = 30;

class raw_socket {
 public:
  raw_socket() = default;
  explicit raw_socket(int fd) : fd_(fd) {
    if (fd < 0) throw_errno("socket");
    const timeval limit{.tv_sec = patience, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  static raw_socket tcp(int family = AF_INET) { return raw_socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

  /// Listens on a free port of the loopback. With a backlog of 0 the system queues one connection and leaves
  /// the next ones unanswered.
  static raw_socket listen(int backlog = 16, int family = AF_INET) {
    raw_socket s = tcp(family);
    const coir::endpoint at = coir::endpoint::parse(family == AF_INET ? "127.0.0.1:0" : "[::1]:0");
    if (::bind(s.get(), at.data(), at.size()) != 0) throw_errno("bind");
    if (::listen(s.get(), backlog) != 0) throw_errno("listen");
    return s;
  }

  static raw_socket connect(const coir::endpoint& to) {
    raw_socket s = tcp(to.data()->sa_family);
    if (::connect(s.get(), to.data(), to.size()) != 0) throw_errno("connect");
    return s;
  }

  [[nodiscard]] raw_socket accept() const { return raw_socket(::accept4(get(), nullptr, nullptr, SOCK_CLOEXEC)); }

  [[nodiscard]] int get() const { return fd_.get(); }
  [[nodiscard]] int release() { return fd_.release(); }
  [[nodiscard]] coir::endpoint local_endpoint() const { return name_of(::getsockname); }
  [[nodiscard]] coir::endpoint remote_endpoint() const { return name_of(::getpeername); }

  void send(std::string_view data) const {
    while (!data.empty()) {
      const ssize_t n = ::send(get(), data.data(), data.size(), MSG_NOSIGNAL);
      if (n < 0) throw_errno("send");
      data.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  void send_urgent(char c) const {
    if (::send(get(), &c, 1, MSG_OOB | MSG_NOSIGNAL) != 1) throw_errno("send urgent data");
  }

  /// `size` bytes, or fewer when the stream ends before.
  [[nodiscard]] std::string receive(std::size_t size) const {
    std::string got(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const ssize_t n = ::recv(get(), got.data() + have, size - have, 0);
      if (n < 0) throw_errno("recv");
      if (n == 0) break;
      have += static_cast<std::size_t>(n);
    }
    got.resize(have);
    return got;
  }

  [[nodiscard]] std::string receive_all() const {
    std::string got;
    for (std::string piece; !(piece = receive(65536)).empty();) got += piece;
    return got;
  }

  /// What can be received without waiting.
  [[nodiscard]] std::string receive_now(std::size_t limit = 65536) const {
    std::string got(limit, '\0');
    const ssize_t n = ::recv(get(), got.data(), limit, MSG_DONTWAIT);
    got.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return got;
  }

  /// Whether it becomes readable within `milliseconds`.
  [[nodiscard]] bool is_readable(int milliseconds = 0) const {
    pollfd p{.fd = get(), .events = POLLIN, .revents = 0};
    return ::poll(&p, 1, milliseconds) > 0;
  }

  void shutdown_write() const { ::shutdown(get(), SHUT_WR); }
  void close() { fd_.reset(); }

  /// Ends the connection with an RST.
  void reset() {
    const linger none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close();
  }

  [[noreturn]] static void throw_errno(const char* what) {
    throw std::system_error(errno, std::system_category(), what);
  }

 private:
  template <class F>
  coir::endpoint name_of(F* call) const {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    if (call(get(), reinterpret_cast<sockaddr*>(&name), &size) != 0) throw_errno("name of a socket");
    return coir::endpoint(reinterpret_cast<sockaddr*>(&name), size);
  }

  coir::unique_fd fd_;
};

/// Two plain ends of one loopback connection.
inline std::pair<raw_socket, raw_socket> raw_pair(int family = AF_INET) {
  const raw_socket listener = raw_socket::listen(1, family);
  raw_socket a = raw_socket::connect(listener.local_endpoint());
  return {std::move(a), listener.accept()};
}

/// A connection of which coir has one end.
struct connection {
  explicit connection(int family = AF_INET) {
    auto [a, b] = raw_pair(family);
    stream = coir::tcp_stream::adopt(a.release());
    peer = std::move(b);
  }
  /// With buffers of a fixed size, so that a mebibyte does not fit in.
  static connection narrow() {
    connection c;
    const int size = 1 << 16;
    ::setsockopt(c.stream.native_handle(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    ::setsockopt(c.peer.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return c;
  }

  coir::tcp_stream stream;
  raw_socket peer;
};

}  // namespace support
