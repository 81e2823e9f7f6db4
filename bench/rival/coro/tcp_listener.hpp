// rival/coro/tcp_listener.hpp - accepts connections
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <coroutine>
#include <system_error>

#include "rival/coro/descriptor.hpp"

namespace bench::coro {

class tcp_listener {
 public:
  /// Takes over a listening, non-blocking socket.
  tcp_listener(event_loop& loop, int fd) : socket_(loop, fd) {}

  /// `co_await` gives the descriptor of the next connection, non-blocking.
  auto accept() { return accepting(socket_); }

 private:
  class accepting final : public operation {
   public:
    explicit accepting(descriptor& socket) : socket_(socket) {}

    bool await_ready() { return socket_.input.ready && attempt(); }
    void await_suspend(std::coroutine_handle<> h) {
      waiting = h;
      socket_.input.pending = this;
    }
    int await_resume() const {
      if (connection_ < 0) throw std::system_error(error_, std::system_category(), "accept4");
      return connection_;
    }

    bool attempt() override {
      connection_ = accept4(socket_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (connection_ >= 0) return true;
      error_ = errno;
      if (error_ != EAGAIN) return true;
      socket_.input.ready = false;
      return false;
    }

   private:
    descriptor& socket_;
    int connection_ = -1;
    int error_ = 0;
  };

  descriptor socket_;
};

}  // namespace bench::coro
