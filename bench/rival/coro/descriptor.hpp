// rival/coro/descriptor.hpp - a file descriptor the event loop watches, and what waits on it
#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <coroutine>

#include "rival/coro/event_loop.hpp"
#include "rival/coro/scheduler.hpp"

namespace bench::coro {

/// A system call that is repeated when its descriptor becomes ready, until it no longer says EAGAIN.
///
/// The loop itself repeats it, so a coroutine is only resumed once its call is done, and waiting needs no frame of its
/// own.
class operation {
 public:
  virtual bool attempt() = 0;
  std::coroutine_handle<> waiting;

 protected:
  ~operation() = default;
};

/// Owns a non-blocking descriptor. Stays where it is: the kernel keeps its address.
class descriptor {
 public:
  /// One direction. `ready` is what is known: false once a call met EAGAIN or moved less than it could.
  struct direction {
    operation* pending = nullptr;
    bool ready = true;
  };

  /// Registers once, for both directions, edge-triggered: no epoll_ctl follows.
  descriptor(event_loop& loop, int fd) : fd_(fd) { loop.watch(*this, fd); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(fd_); }

  int fd() const noexcept { return fd_; }
  direction input;
  direction output;

  /// Notes that a call moved less than it could. After a hang-up no further edge will come, so nothing is concluded
  /// then.
  void exhausted(direction& d) const noexcept { d.ready = hung_up_; }

  /// What epoll reported. Coroutines are made ready, not resumed, so none can destroy a descriptor of the same batch.
  void on_events(unsigned events) {
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) hung_up_ = true;
    if (hung_up_ || (events & EPOLLIN)) advance(input);
    if (hung_up_ || (events & EPOLLOUT)) advance(output);
  }

 private:
  void advance(direction& d) {
    d.ready = true;
    if (d.pending == nullptr || !d.pending->attempt()) return;
    scheduler::current().schedule(d.pending->waiting);
    d.pending = nullptr;
  }

  const int fd_;
  bool hung_up_ = false;
};

}  // namespace bench::coro
