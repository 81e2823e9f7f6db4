// rival/coro/scheduler.hpp - runs ready coroutines on one thread, first come first served
#pragma once

#include <coroutine>
#include <cstddef>
#include <utility>

#include "rival/coro/handle_ring.hpp"
#include "rival/coro/task.hpp"

namespace bench::coro {

/// A task that runs by itself and can be awaited once: `co_await child.join()`. Leaving it behind detaches it.
template <class T>
class [[nodiscard]] joinable {
 public:
  joinable() noexcept = default;
  explicit joinable(typename task<T>::handle h) noexcept : handle_(h) {}
  joinable(joinable&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  joinable& operator=(joinable other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~joinable() {
    if (!handle_) return;
    if (handle_.done())
      handle_.destroy();
    else
      handle_.promise().detach();
  }

  void detach() && { joinable dropped = std::move(*this); }

  bool done() const noexcept { return handle_.done(); }
  /// Once done: what the task returned. Throws what it threw.
  T result() const { return handle_.promise().result(); }

  auto join() noexcept {
    struct awaiter {
      typename task<T>::handle child;
      bool await_ready() const noexcept { return child.done(); }
      void await_suspend(std::coroutine_handle<> joiner) const noexcept { child.promise().continue_with(joiner); }
      T await_resume() const { return child.promise().result(); }
    };
    return awaiter{handle_};
  }

 private:
  typename task<T>::handle handle_;
};

/// The run queue of the thread that made it. There is one per thread at a time.
class scheduler {
 public:
  scheduler() { current_ = this; }
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;
  ~scheduler() { current_ = nullptr; }

  // Found through the thread, not through the coroutine: a reference in each frame would make the run queue wait for
  // the frame to be loaded before it can take the next handle, which doubles the cost of a yield between two tasks.
  static scheduler& current() noexcept { return *current_; }

  void schedule(std::coroutine_handle<> h) { ready_.push(h); }
  bool has_ready() const noexcept { return !ready_.empty(); }

  /// Resumes each coroutine that was ready when the turn began.
  void run_turn() {
    for (std::size_t n = ready_.size(); n != 0; --n) ready_.pop().resume();
  }

  /// Runs until nothing is ready.
  void run() {
    while (has_ready()) ready_.pop().resume();
  }

 private:
  static inline constinit thread_local scheduler* current_ = nullptr;
  handle_ring ready_;
};

/// `co_await yield()` goes to the end of the run queue.
inline auto yield() noexcept {
  struct awaiter {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h) const { scheduler::current().schedule(h); }
    void await_resume() const noexcept {}
  };
  return awaiter{};
}

/// Starts `t` in its turn. Its frame goes straight into the run queue: no wrapper, no second allocation.
template <class T>
joinable<T> spawn(task<T> t) {
  const auto handle = t.release();
  scheduler::current().schedule(handle);
  return joinable<T>(handle);
}

/// As spawn, but `t` runs at once, up to where it first waits, before the caller goes on.
template <class T>
joinable<T> spawn_now(task<T> t) {
  const auto handle = t.release();
  handle.resume();
  return joinable<T>(handle);
}

}  // namespace bench::coro
