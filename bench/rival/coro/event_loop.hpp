// rival/coro/event_loop.hpp - the scheduler, timers and epoll, turn by turn
#pragma once

#include <utility>

#include "rival/coro/scheduler.hpp"
#include "rival/coro/task.hpp"
#include "rival/coro/timers.hpp"

namespace bench::coro {

class descriptor;

class event_loop {
 public:
  event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;
  ~event_loop();

  /// Runs `main` to its end, and what it spawned until then.
  template <class T>
  T run(task<T> main) {
    auto root = spawn(std::move(main));
    while (!root.done()) {
      ready_.run_turn();
      poll(/*block=*/!ready_.has_ready() && !root.done());
    }
    return root.result();
  }

  /// For `descriptor`. Closing the descriptor ends it.
  void watch(descriptor& d, int fd);

  /// For `sleep`. Who is due is resumed by the next turn; time is looked at in whole milliseconds, as epoll_wait does.
  timers& sleeping() noexcept { return sleeping_; }

 private:
  void poll(bool block);
  void wake_sleepers();

  scheduler ready_;
  timers sleeping_;
  const int epoll_;
};

}  // namespace bench::coro
