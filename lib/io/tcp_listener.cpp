#include <coir/io/tcp_listener.hpp>

#include <netinet/in.h>

#include <coir/base/closed.hpp>

#include "system.hpp"

namespace coir {

using lowlevel::direction;

detail::socket& tcp_listener::opened(const char* what) const {
  if (!is_open()) throw closed(std::string(what) + ": the listener is not open");
  return *socket_;
}

tcp_listener tcp_listener::adopt(int fd) {
  unique_fd owned = detail::take_descriptor(fd);
  const endpoint at = detail::own_name_of(owned.get());
  return {std::move(owned), at};
}

tcp_listener tcp_listener::bind(const endpoint& at, std::error_code& error) {
  error.clear();
  unique_fd fd(::socket(at.data()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  const int on = 1;
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd.get(), at.data(), at.size()) != 0 || ::listen(fd.get(), SOMAXCONN) != 0) {
    error = detail::last_error();
    return {};
  }
  const endpoint bound = detail::own_name_of(fd.get());
  return {std::move(fd), bound};
}

tcp_listener tcp_listener::bind(const endpoint& at) {
  std::error_code error;
  tcp_listener listener = bind(at, error);
  detail::throw_if(error, "cannot listen at " + at.to_string());
  return listener;
}

tcp_stream tcp_listener::accept(std::error_code& error) {
  error.clear();
  detail::socket& s = opened("accept");
  s.source.wait_turn("accept");
  const lowlevel::source::claim claim(s.source, direction::read, "accept");
  for (;;) {
    if (s.source.maybe_ready(direction::read)) {
      sockaddr_storage peer{};
      socklen_t size = sizeof peer;
      auto* const address = reinterpret_cast<sockaddr*>(&peer);
      unique_fd fd(::accept4(s.fd.get(), address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (fd) {
        detail::set_no_delay(fd.get());
        return {std::move(fd), endpoint(address, size)};
      }
      // Already-failed connections are reported as errors of accept (accept(2), "Error handling").
      if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) continue;
      if (errno != EAGAIN) {
        error = detail::last_error();
        return {};
      }
      s.source.clear(direction::read);
    }
    s.source.wait(direction::read, "a TCP connection to accept");
  }
}

tcp_stream tcp_listener::accept() {
  std::error_code error;
  tcp_stream stream = accept(error);
  if (error) detail::throw_if(error, "accept at " + socket_->name.to_string());
  return stream;
}

void tcp_listener::close() noexcept {
  if (socket_) socket_->close();
}

endpoint tcp_listener::local_endpoint() const {
  return detail::name_of(opened("local_endpoint").fd.get(), ::getsockname, "local_endpoint");
}

int tcp_listener::release() noexcept {
  if (!socket_) return -1;
  socket_->source.close();
  return socket_->fd.release();
}

}  // namespace coir
