#include <coir/io/tcp_stream.hpp>

#include <netinet/in.h>
#include <unistd.h>

#include <coir/base/closed.hpp>

#include "system.hpp"

namespace coir {

using lowlevel::direction;

detail::socket& tcp_stream::opened(const char* what) const {
  if (!is_open()) throw closed(std::string(what) + ": the stream is not open");
  return *socket_;
}

tcp_stream tcp_stream::adopt(int fd) {
  unique_fd owned = detail::take_descriptor(fd);
  const endpoint peer = detail::peer_of(owned.get());
  return {std::move(owned), peer};
}

std::size_t tcp_stream::read_some(std::span<std::byte> buffer, std::error_code& error) {
  error.clear();
  detail::socket& s = opened("read_some");
  s.source.wait_turn("read_some");
  const lowlevel::source::claim claim(s.source, direction::read, "read_some");
  if (buffer.empty()) return 0;
  for (;;) {
    if (s.source.maybe_ready(direction::read)) {
      const ssize_t n = ::recv(s.fd.get(), buffer.data(), buffer.size(), 0);
      if (n >= 0) {
        const auto got = static_cast<std::size_t>(n);
        // Fewer bytes than asked for: the socket is drained, and the next read need not find that out.
        if (got != 0 && got < buffer.size() && s.source.short_means_drained()) s.source.clear(direction::read);
        return got;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) {
        error = detail::last_error();
        return 0;
      }
      s.source.clear(direction::read);
    }
    s.source.wait(direction::read, "data from a TCP peer");
  }
}

std::size_t tcp_stream::read_some(std::span<std::byte> buffer) {
  std::error_code error;
  const std::size_t n = read_some(buffer, error);
  if (error) detail::throw_if(error, "read from " + socket_->name.to_string());
  return n;
}

std::size_t tcp_stream::write_all(std::span<const std::byte> data, std::error_code& error) {
  error.clear();
  detail::socket& s = opened("write_all");
  s.source.wait_turn("write_all");
  const lowlevel::source::claim claim(s.source, direction::write, "write_all");
  std::size_t written = 0;
  while (written < data.size()) {
    if (s.source.maybe_ready(direction::write)) {
      const auto rest = data.subspan(written);
      // MSG_NOSIGNAL: a peer that has gone is an error here, not a signal to the process.
      const ssize_t n = ::send(s.fd.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n >= 0) {
        written += static_cast<std::size_t>(n);
        if (static_cast<std::size_t>(n) < rest.size() && s.source.short_means_drained())
          s.source.clear(direction::write);
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) {
        error = detail::last_error();
        return written;
      }
      s.source.clear(direction::write);
    }
    s.source.wait(direction::write, "room to send to a TCP peer");
  }
  return written;
}

std::size_t tcp_stream::write_all(std::span<const std::byte> data) {
  std::error_code error;
  const std::size_t n = write_all(data, error);
  if (error) detail::throw_if(error, "write to " + socket_->name.to_string());
  return n;
}

void tcp_stream::shutdown_write() {
  if (::shutdown(opened("shutdown_write").fd.get(), SHUT_WR) != 0)
    detail::throw_if(detail::last_error(), "shutdown of the connection to " + socket_->name.to_string());
}

void tcp_stream::close() noexcept {
  if (socket_) socket_->close();
}

endpoint tcp_stream::local_endpoint() const {
  return detail::name_of(opened("local_endpoint").fd.get(), ::getsockname, "local_endpoint");
}

endpoint tcp_stream::remote_endpoint() const {
  return detail::name_of(opened("remote_endpoint").fd.get(), ::getpeername, "remote_endpoint");
}

int tcp_stream::release() noexcept {
  if (!socket_) return -1;
  socket_->source.close();
  return socket_->fd.release();
}

tcp_stream tcp_connect(const endpoint& to, deadline until, std::error_code& error) {
  error.clear();
  unique_fd fd(::socket(to.data()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) {
    error = detail::last_error();
    return {};
  }
  detail::set_no_delay(fd.get());
  tcp_stream stream(std::move(fd), to);
  detail::socket& s = *stream.socket_;
  s.source.wait_turn("tcp_connect");
  const lowlevel::source::claim claim(s.source, direction::write, "tcp_connect");
  // An interrupted connect goes on by itself, as one that has not finished yet (connect(2), EINTR).
  if (::connect(s.fd.get(), to.data(), to.size()) != 0) {
    if (errno != EINPROGRESS && errno != EINTR) {
      error = detail::last_error();
      return {};
    }
    s.source.clear(direction::write);
    if (!s.source.wait(direction::write, "a TCP connection to be made", until)) {
      error = std::make_error_code(std::errc::timed_out);
      return {};
    }
    int result = 0;
    socklen_t size = sizeof result;
    ::getsockopt(s.fd.get(), SOL_SOCKET, SO_ERROR, &result, &size);
    if (result != 0) {
      error = {result, std::generic_category()};
      return {};
    }
  }
  return stream;
}

tcp_stream tcp_connect(const endpoint& to, deadline until) {
  std::error_code error;
  tcp_stream stream = tcp_connect(to, until, error);
  if (error) detail::throw_if(error, "connect to " + to.to_string());
  return stream;
}

}  // namespace coir
