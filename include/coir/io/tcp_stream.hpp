// <coir/io/tcp_stream.hpp> - one TCP connection
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/base/unique_fd.hpp>
#include <coir/io/detail/socket.hpp>
#include <coir/io/endpoint.hpp>

namespace coir {

/// A connected TCP socket whose calls suspend the fiber instead of blocking the thread.
///
/// One fiber at a time may read and one may write; a second one gets coir::busy. Every call that may
/// switch throws cancelled when the task was cancelled, and closed when the stream is, or is meanwhile; then
/// nothing was read or written by it, but for write_all, which may have sent a part. TCP_NODELAY is on
/// from the start; SIGPIPE is never raised.
///
/// Owner:    the socket, which the destructor closes; when another fiber waits in it, close() first
///           and let that one leave: destroying it before aborts
/// Threads:  the thread of the fiber that first waited on it
/// Example:  doc/tutorial/04-echo.cpp
class COIR_API tcp_stream {
 public:
  /// Owns nothing; every call throws closed.
  tcp_stream() noexcept = default;
  tcp_stream(tcp_stream&&) noexcept = default;
  tcp_stream& operator=(tcp_stream&&) noexcept = default;
  ~tcp_stream() = default;

  /// Takes over a connected socket, which becomes non-blocking.
  ///
  /// Throws:   std::system_error when `fd` is not open
  [[nodiscard]] static tcp_stream adopt(int fd);

  /// Reads what is there, at least one byte, into `buffer`; waits when nothing is.
  ///
  /// Switches: may
  /// Returns:  bytes read; 0 at the end of the stream, or when `buffer` is empty
  /// Throws:   std::system_error naming the peer when the connection fails; the overload with an
  ///           error_code sets that instead and returns 0
  std::size_t read_some(std::span<std::byte> buffer);
  std::size_t read_some(std::span<std::byte> buffer, std::error_code& error);
  std::size_t read_some(std::span<char> buffer) { return read_some(std::as_writable_bytes(buffer)); }
  std::size_t read_some(std::span<char> buffer, std::error_code& error) {
    return read_some(std::as_writable_bytes(buffer), error);
  }

  /// Writes all of `data`, waiting as often as the peer is slower than this.
  ///
  /// Switches: may
  /// Returns:  bytes written, less than data.size() only with an error
  /// Throws:   std::system_error naming the peer when the connection fails; the overload with an
  ///           error_code sets that instead
  std::size_t write_all(std::span<const std::byte> data);
  std::size_t write_all(std::span<const std::byte> data, std::error_code& error);
  std::size_t write_all(std::string_view text) { return write_all(std::as_bytes(std::span(text))); }
  std::size_t write_all(std::string_view text, std::error_code& error) {
    return write_all(std::as_bytes(std::span(text)), error);
  }

  /// Tells the peer that no more data comes (a FIN); reading goes on.
  ///
  /// Throws:   std::system_error when the connection is gone; closed
  void shutdown_write();

  /// Closes the socket and wakes who waits in it with closed. Idempotent.
  void close() noexcept;

  [[nodiscard]] bool is_open() const noexcept { return socket_ && socket_->fd; }

  /// The two ends.
  ///
  /// Throws:   std::system_error when the connection is gone; closed
  [[nodiscard]] endpoint local_endpoint() const;
  [[nodiscard]] endpoint remote_endpoint() const;

  /// The descriptor, still owned, or -1.
  [[nodiscard]] int native_handle() const noexcept { return socket_ ? socket_->fd.get() : -1; }
  /// Gives the descriptor away, non-blocking as it is, or -1.
  [[nodiscard]] int release() noexcept;

 private:
  friend class tcp_listener;
  friend COIR_API tcp_stream tcp_connect(const endpoint& to, deadline until, std::error_code& error);
  tcp_stream(unique_fd fd, const endpoint& peer) : socket_(std::make_unique<detail::socket>(std::move(fd), peer)) {}
  detail::socket& opened(const char* what) const;

  std::unique_ptr<detail::socket> socket_;
};

/// Connects to `to`, until a deadline or for a duration at most; "localhost:80" is read by endpoint::parse.
///
/// Switches: may
/// Throws:   std::system_error naming `to`: refused, unreachable, timed_out; the overload with an
///           error_code sets that instead and returns a stream that is not open; std::invalid_argument for
///           text that is no endpoint; cancelled: then there is no connection
[[nodiscard]] COIR_API tcp_stream tcp_connect(const endpoint& to, deadline until, std::error_code& error);
[[nodiscard]] COIR_API tcp_stream tcp_connect(const endpoint& to, deadline until = never);
[[nodiscard]] inline tcp_stream tcp_connect(const endpoint& to, std::error_code& error) {
  return tcp_connect(to, never, error);
}
[[nodiscard]] inline tcp_stream tcp_connect(std::string_view to) { return tcp_connect(endpoint::parse(to)); }
[[nodiscard]] inline tcp_stream tcp_connect(std::string_view to, std::error_code& error) {
  return tcp_connect(endpoint::parse(to), never, error);
}
template <class Rep, class Period>
[[nodiscard]] tcp_stream tcp_connect(const endpoint& to, std::chrono::duration<Rep, Period> timeout) {
  return tcp_connect(to, detail::deadline_after(now(), timeout));
}
template <class Rep, class Period>
[[nodiscard]] tcp_stream tcp_connect(std::string_view to, std::chrono::duration<Rep, Period> timeout) {
  return tcp_connect(endpoint::parse(to), timeout);
}

}  // namespace coir
