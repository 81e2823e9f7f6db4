#include <coir/io/endpoint.hpp>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <net/if.h>

namespace coir {
namespace {

bool read_port(std::string_view text, std::uint16_t& port) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

// inet_pton and if_nametoindex want terminated text.
bool terminate(std::string_view text, char* buffer, std::size_t size) noexcept {
  if (text.size() >= size || text.find('\0') != std::string_view::npos) return false;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  return true;
}

// An error's text ends at a NUL, and is to be read on a terminal.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(c));
    result += c >= ' ' && c <= '~' ? std::string(1, c) : std::string(escaped);
  }
  return result;
}

bool read_scope(std::string_view text, std::uint32_t& scope) noexcept {
  char name[IF_NAMESIZE];
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), scope);
  if (!text.empty() && error == std::errc() && end == text.data() + text.size()) return true;
  scope = terminate(text, name, sizeof name) ? ::if_nametoindex(name) : 0;
  return scope != 0;
}

}  // namespace

endpoint::endpoint() noexcept {
  std::memset(&storage_, 0, sizeof storage_);
  storage_.v4.sin_family = AF_INET;
}

endpoint::endpoint(const sockaddr* address, socklen_t size) noexcept : endpoint() {
  if (size <= sizeof storage_ && (address->sa_family == AF_INET || address->sa_family == AF_INET6))
    std::memcpy(&storage_, address, size);
}

const char* endpoint::read(std::string_view text, endpoint& result) noexcept {
  const bool bracketed = text.starts_with('[');
  const std::size_t end = bracketed ? text.find(']') : 0;
  if (end == std::string_view::npos) return "its '[' has no matching ']'";
  const std::size_t colon = bracketed ? end + 1 : text.rfind(':');
  if (colon >= text.size() || text[colon] != ':') return "it has no port: write ADDRESS:PORT";
  std::string_view host = text.substr(0, colon);
  std::uint16_t port = 0;
  if (!read_port(text.substr(colon + 1), port)) return "its port is not a number from 0 to 65535";
  if (host.empty()) return "it has no address: write 0.0.0.0 or [::] for any";
  char buffer[INET6_ADDRSTRLEN];
  result = endpoint();
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
    std::string_view scope;
    if (const std::size_t percent = host.find('%'); percent != std::string_view::npos) {
      scope = host.substr(percent + 1);
      host = host.substr(0, percent);
      if (!read_scope(scope, result.storage_.v6.sin6_scope_id)) return "there is no such network interface";
    }
    if (!terminate(host, buffer, sizeof buffer) || ::inet_pton(AF_INET6, buffer, &result.storage_.v6.sin6_addr) != 1)
      return "what is in brackets is no IPv6 address";
    result.storage_.v6.sin6_family = AF_INET6;
    result.storage_.v6.sin6_port = htons(port);
    return nullptr;
  }
  if (host == "localhost") host = "127.0.0.1";
  if (host.find(':') != std::string_view::npos) return "an IPv6 address is written in brackets: [ADDRESS]:PORT";
  if (!terminate(host, buffer, sizeof buffer) || ::inet_pton(AF_INET, buffer, &result.storage_.v4.sin_addr) != 1)
    return "its address is neither a.b.c.d nor [IPv6] nor localhost; other names are not looked up";
  result.storage_.v4.sin_family = AF_INET;
  result.storage_.v4.sin_port = htons(port);
  return nullptr;
}

endpoint endpoint::parse(std::string_view text) {
  endpoint result;
  if (const char* why = read(text, result))
    throw std::invalid_argument("cannot read '" + printable(text) + "' as an endpoint: " + why);
  return result;
}

std::optional<endpoint> endpoint::try_parse(std::string_view text) noexcept {
  endpoint result;
  if (read(text, result)) return std::nullopt;
  return result;
}

std::uint16_t endpoint::port() const noexcept { return ntohs(is_ipv6() ? storage_.v6.sin6_port : storage_.v4.sin_port); }

std::string endpoint::address() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (!is_ipv6()) return ::inet_ntop(AF_INET, &storage_.v4.sin_addr, buffer, sizeof buffer);
  std::string text = ::inet_ntop(AF_INET6, &storage_.v6.sin6_addr, buffer, sizeof buffer);
  if (const std::uint32_t scope = storage_.v6.sin6_scope_id) {
    char name[IF_NAMESIZE];
    text += '%';
    text += ::if_indextoname(scope, name) ? std::string(name) : std::to_string(scope);
  }
  return text;
}

std::string endpoint::to_string() const {
  const std::string port_text = std::to_string(port());
  return is_ipv6() ? "[" + address() + "]:" + port_text : address() + ":" + port_text;
}

bool operator==(const endpoint& a, const endpoint& b) noexcept {
  if (a.is_ipv6() != b.is_ipv6() || a.port() != b.port()) return false;
  if (!a.is_ipv6()) return a.storage_.v4.sin_addr.s_addr == b.storage_.v4.sin_addr.s_addr;
  return std::memcmp(&a.storage_.v6.sin6_addr, &b.storage_.v6.sin6_addr, sizeof(in6_addr)) == 0 &&
         a.storage_.v6.sin6_scope_id == b.storage_.v6.sin6_scope_id;
}

}  // namespace coir
