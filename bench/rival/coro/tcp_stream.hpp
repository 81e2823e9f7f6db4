// rival/coro/tcp_stream.hpp - reads and writes that suspend a coroutine instead of blocking the thread
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <coroutine>
#include <cstddef>
#include <span>
#include <system_error>

#include "rival/coro/descriptor.hpp"

namespace bench::coro {

class tcp_stream {
 public:
  tcp_stream(event_loop& loop, int fd) : socket_(loop, fd) {}

  /// `co_await` gives the number of bytes read, 0 at the end of the stream.
  auto read_some(std::span<std::byte> buffer) { return reading(socket_, buffer); }

  /// `co_await` returns when every byte has been handed to the kernel.
  auto write_all(std::span<const std::byte> data) { return writing(socket_, data); }

 private:
  // Tries first and waits only when the kernel has nothing, or is already known to have nothing.
  class transfer : public operation {
   public:
    bool await_ready() { return way_.ready && attempt(); }
    void await_suspend(std::coroutine_handle<> h) {
      waiting = h;
      way_.pending = this;
    }

   protected:
    transfer(descriptor& socket, descriptor::direction& way) : socket_(socket), way_(way) {}
    ~transfer() = default;

    void rethrow_error() const {
      if (error_ != 0) throw std::system_error(error_, std::system_category(), "tcp_stream");
    }

    descriptor& socket_;
    descriptor::direction& way_;
    int error_ = 0;
  };

  class reading final : public transfer {
   public:
    reading(descriptor& socket, std::span<std::byte> buffer) : transfer(socket, socket.input), buffer_(buffer) {}

    bool attempt() override {
      const ssize_t n = recv(socket_.fd(), buffer_.data(), buffer_.size(), 0);
      if (n < 0 && errno == EAGAIN) {
        way_.ready = false;
        return false;
      }
      if (n < 0)
        error_ = errno;
      else if ((count_ = static_cast<std::size_t>(n)) < buffer_.size())
        socket_.exhausted(way_);
      return true;
    }

    std::size_t await_resume() const {
      rethrow_error();
      return count_;
    }

   private:
    std::span<std::byte> buffer_;
    std::size_t count_ = 0;
  };

  class writing final : public transfer {
   public:
    writing(descriptor& socket, std::span<const std::byte> data) : transfer(socket, socket.output), data_(data) {}

    bool attempt() override {
      while (!data_.empty()) {
        const ssize_t n = send(socket_.fd(), data_.data(), data_.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
          way_.ready = false;
          return false;
        }
        if (n < 0) {
          error_ = errno;
          return true;
        }
        data_ = data_.subspan(static_cast<std::size_t>(n));
      }
      return true;
    }

    void await_resume() const { rethrow_error(); }

   private:
    std::span<const std::byte> data_;
  };

  descriptor socket_;
};

}  // namespace bench::coro
