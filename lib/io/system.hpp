// What every socket does with system calls: their errors, and their endpoints.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

#include <sys/socket.h>

#include <coir/base/unique_fd.hpp>
#include <coir/io/endpoint.hpp>

namespace coir::detail {

[[nodiscard]] inline std::error_code last_error() noexcept { return {errno, std::generic_category()}; }

// Throws "what: why" if there is an error.
inline void throw_if(const std::error_code& error, const std::string& what) {
  if (error) throw std::system_error(error, what);
}

// Makes `fd` non-blocking and owns it. Throws std::system_error when it is not open; then nobody owns it.
[[nodiscard]] unique_fd take_descriptor(int fd);

using name_call = int(int, sockaddr*, socklen_t*);

// getsockname(2) or getpeername(2). Throws std::system_error.
[[nodiscard]] endpoint name_of(int fd, name_call* call, const char* what);

// The two names for error texts: 0.0.0.0:0 when there is none.
[[nodiscard]] endpoint peer_of(int fd) noexcept;
[[nodiscard]] endpoint own_name_of(int fd) noexcept;

void set_no_delay(int fd) noexcept;

}  // namespace coir::detail
