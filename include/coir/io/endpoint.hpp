// <coir/io/endpoint.hpp> - an IPv4 or IPv6 address with a port
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>

#include <coir/base/api.hpp>

namespace coir {

/// Where a socket is bound or connected to: a numeric address and a port.
///
/// Names are not looked up, but for "localhost", which is 127.0.0.1 wherever one asks (RFC 6761, 6.3).
///
/// Threads: any
class COIR_API endpoint {
 public:
  /// 0.0.0.0:0.
  endpoint() noexcept;
  /// From what the kernel returned. `address` is a sockaddr_in or a sockaddr_in6.
  endpoint(const sockaddr* address, socklen_t size) noexcept;

  /// Reads "127.0.0.1:80", "[::1]:80", "[fe80::1%eth0]:80", "localhost:80". The port is 0 to 65535.
  ///
  /// Throws:  std::invalid_argument that quotes `text` and says what is wrong with it
  [[nodiscard]] static endpoint parse(std::string_view text);
  /// As parse; nothing when `text` is no endpoint.
  [[nodiscard]] static std::optional<endpoint> try_parse(std::string_view text) noexcept;

  [[nodiscard]] bool is_ipv6() const noexcept { return storage_.any.sa_family == AF_INET6; }
  /// In host byte order.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// The address without the port: "127.0.0.1", "::1".
  [[nodiscard]] std::string address() const;
  /// What parse reads: "127.0.0.1:80", "[::1]:80".
  [[nodiscard]] std::string to_string() const;

  /// For system calls.
  [[nodiscard]] const sockaddr* data() const noexcept { return &storage_.any; }
  [[nodiscard]] socklen_t size() const noexcept {
    return is_ipv6() ? static_cast<socklen_t>(sizeof(sockaddr_in6)) : static_cast<socklen_t>(sizeof(sockaddr_in));
  }

  friend COIR_API bool operator==(const endpoint& a, const endpoint& b) noexcept;

 private:
  // Why the text is no endpoint; nullptr: it is one, and `result` holds it.
  static const char* read(std::string_view text, endpoint& result) noexcept;

  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_;
};

}  // namespace coir
