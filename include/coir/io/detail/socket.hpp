// <coir/io/detail/socket.hpp> - an owned non-blocking socket and its readiness, which stays in place while
// the stream or listener that owns it is moved
#pragma once

#include <utility>

#include <coir/base/unique_fd.hpp>
#include <coir/reactor/source.hpp>

namespace coir::detail {

struct socket {
  explicit socket(unique_fd owned) noexcept : fd(std::move(owned)), source(fd.get()) {}
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
};

}  // namespace coir::detail
