// rival/coro/event_loop.hpp - the scheduler and epoll, turn by turn
#pragma once

#include <utility>

#include "rival/coro/scheduler.hpp"
#include "rival/coro/task.hpp"

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

 private:
  void poll(bool block);

  scheduler ready_;
  const int epoll_;
};

}  // namespace bench::coro
