// <coir/io/detail/socket.hpp> - an owned non-blocking socket and its readiness, which stays in place while
// the stream or listener that owns it is moved
#pragma once

#include <utility>

#include <coir/base/unique_fd.hpp>
#include <coir/io/endpoint.hpp>
#include <coir/reactor/source.hpp>

namespace coir::detail {

struct socket {
  explicit socket(unique_fd owned, const endpoint& at) noexcept : fd(std::move(owned)), source(fd.get()), name(at) {}
  ~socket() { close(); }
  socket(const socket&) = delete;
  socket& operator=(const socket&) = delete;

  // The readiness goes first: the descriptor's number may have a new owner as soon as it is closed.
  void close() noexcept {
    source.close();
    fd.reset();
  }

  unique_fd fd;
  lowlevel::source source;
  endpoint name;  // of the peer, or where it listens: the kernel forgets it when the connection fails
};

}  // namespace coir::detail
