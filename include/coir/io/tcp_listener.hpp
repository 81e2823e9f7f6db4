// <coir/io/tcp_listener.hpp> - accepts TCP connections
#pragma once

#include <memory>
#include <string_view>
#include <system_error>

#include <coir/base/api.hpp>
#include <coir/io/detail/socket.hpp>
#include <coir/io/endpoint.hpp>
#include <coir/io/tcp_stream.hpp>

namespace coir {

/// A listening TCP socket.
///
/// Owner:    the socket, which the destructor closes; when another fiber waits in it, close() first
///           and let that one leave: destroying it before aborts
/// Threads:  the thread of the fiber that first waited on it
/// Example:  doc/tutorial/04-echo.cpp
class COIR_API tcp_listener {
 public:
  /// Listens on nothing; every call throws closed.
  tcp_listener() noexcept = default;
  tcp_listener(tcp_listener&&) noexcept = default;
  tcp_listener& operator=(tcp_listener&&) noexcept = default;
  ~tcp_listener() = default;

  /// Listens at an address; port 0 takes a free one, see local_endpoint(). SO_REUSEADDR is on, the
  /// backlog is the system's limit.
  ///
  /// Throws:   std::system_error naming the address when it is in use or not ours; the overload with an
  ///           error_code sets that instead; std::invalid_argument for text that is no endpoint
  [[nodiscard]] static tcp_listener bind(const endpoint& at);
  [[nodiscard]] static tcp_listener bind(const endpoint& at, std::error_code& error);
  [[nodiscard]] static tcp_listener bind(std::string_view at) { return bind(endpoint::parse(at)); }
  [[nodiscard]] static tcp_listener bind(std::string_view at, std::error_code& error) {
    return bind(endpoint::parse(at), error);
  }

  /// Takes over a listening socket, which becomes non-blocking.
  ///
  /// Throws:   std::system_error when `fd` is not open
  [[nodiscard]] static tcp_listener adopt(int fd);

  /// Waits for a connection. Connections that their peers gave up meanwhile are passed over.
  ///
  /// Switches: may
  /// Throws:   std::system_error naming the address, without descriptors (EMFILE, ENFILE) or memory: the
  ///           listener stays usable and the connection stays queued; the overload with an error_code sets
  ///           that instead and returns a stream that is not open; closed; cancelled
  [[nodiscard]] tcp_stream accept();
  [[nodiscard]] tcp_stream accept(std::error_code& error);

  /// Stops listening and wakes who waits in accept with closed. Idempotent.
  void close() noexcept;

  [[nodiscard]] bool is_open() const noexcept { return socket_ && socket_->fd; }

  /// Where it listens, with the port that the system chose for 0.
  ///
  /// Throws:   closed
  [[nodiscard]] endpoint local_endpoint() const;

  /// The descriptor, still owned, or -1.
  [[nodiscard]] int native_handle() const noexcept { return socket_ ? socket_->fd.get() : -1; }
  /// Gives the descriptor away, non-blocking as it is, or -1.
  [[nodiscard]] int release() noexcept;

 private:
  tcp_listener(unique_fd fd, const endpoint& at) : socket_(std::make_unique<detail::socket>(std::move(fd), at)) {}
  detail::socket& opened(const char* what) const;

  std::unique_ptr<detail::socket> socket_;
};

}  // namespace coir
