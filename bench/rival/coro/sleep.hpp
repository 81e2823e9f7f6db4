// rival/coro/sleep.hpp - waiting for time to pass, until asked to stop
#pragma once

#include <chrono>
#include <coroutine>

#include "rival/coro/event_loop.hpp"
#include "rival/coro/scheduler.hpp"
#include "rival/coro/timers.hpp"

namespace bench::coro {

/// Thrown by a sleep that was asked to stop.
struct stopped {};

/// Asks one coroutine to stop, wherever it sleeps; handed down to whatever it calls that can.
class stop_request {
 public:
  stop_request() = default;
  stop_request(const stop_request&) = delete;
  stop_request& operator=(const stop_request&) = delete;

  void request(event_loop& loop) {
    requested_ = true;
    if (sleeping_ == nullptr) return;
    loop.sleeping().erase(*sleeping_);
    scheduler::current().schedule(sleeping_->waiting);
  }

 private:
  friend class sleep;
  sleeper* sleeping_ = nullptr;
  bool requested_ = false;
};

/// `co_await sleep(loop, 1s)`, or with a stop_request: throws `stopped` as soon as that is made.
class sleep : sleeper {
 public:
  template <class Duration>
  sleep(event_loop& loop, Duration how_long, stop_request* stop = nullptr)
      : loop_(loop), until_(std::chrono::steady_clock::now() + how_long), stop_(stop) {}

  bool await_ready() const noexcept { return stop_ != nullptr && stop_->requested_; }
  void await_suspend(std::coroutine_handle<> h) {
    waiting = h;
    loop_.sleeping().insert(*this, until_);
    if (stop_ != nullptr) stop_->sleeping_ = this;
  }
  void await_resume() {
    if (stop_ == nullptr) return;
    stop_->sleeping_ = nullptr;
    if (stop_->requested_) throw stopped();
  }

 private:
  event_loop& loop_;
  const deadline until_;
  stop_request* const stop_;
};

}  // namespace bench::coro
