// <coir/sync/detail/future_core.hpp> - what a promise and its futures share, without the type
//
//   pending ----> claimed ----> done      pending -> done: an error, or cancelled
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/base/detail/intrusive_list.hpp>
#include <coir/base/detail/where.hpp>
#include <coir/sched/detail/call.hpp>
#include <coir/sched/detail/door.hpp>
#include <coir/sched/wake_token.hpp>

namespace coir::detail {

// A callback, and who is to call it.
struct done_call : call {
  explicit done_call(where from) noexcept;
  // The scheduler that registered it; empty: whoever completes the future.
  std::shared_ptr<door> target;
};

class COIR_API future_core {
 public:
  explicit future_core(where made) noexcept : made_(made) {}
  future_core(const future_core&) = delete;
  future_core& operator=(const future_core&) = delete;
  ~future_core();

  [[nodiscard]] bool is_done() const noexcept { return phase_.load(std::memory_order_acquire) == phase::done; }
  [[nodiscard]] bool is_cancelled() const noexcept { return is_done() && how_ >= outcome::called_off; }

  // From a fiber or a plain thread. Returns whether it was done in time; throws cancelled.
  bool wait_until(deadline until);
  // Once it is done: throws the error, if it is one, which counts as retrieved.
  void check();

  // The right to store a value, then finish(); false: the future was cancelled. Throws std::logic_error when
  // that was taken before.
  [[nodiscard]] bool claim();
  void abandon() noexcept { phase_.store(phase::pending, std::memory_order_relaxed); }  // instead of finish
  void finish();
  bool fail(std::exception_ptr error);
  // By the future, called off; by the promise, given up.
  bool cancel(std::string reason, bool by_future);
  void break_promise();

  void on_done(done_call* c);
  void on_cancel(done_call* c);

  [[noreturn]] void throw_taken() const;

 private:
  enum class phase : std::uint8_t {
    pending,
    claimed,  // a value is being stored, without the lock
    done,
  };
  enum class outcome : std::uint8_t {
    value,
    error,
    broken,      // an error that concerns only those who ask
    called_off,  // cancelled by a future
    given_up,    // cancelled by the promise
  };
  struct waiter : list_node {
    lowlevel::wake_token fiber;
    std::condition_variable* thread = nullptr;
  };

  bool wait_on_thread(deadline until);
  void settle(std::unique_lock<std::mutex> lock, outcome how);
  static void call_each(intrusive_list<call>& due, std::unique_lock<std::mutex> lock);
  [[nodiscard]] std::string title() const;

  // Held for a few instructions and never across a switch. A waiter is woken under it: one that finds itself
  // off the list may end, and its scheduler with it.
  std::mutex mutex_;
  std::atomic<phase> phase_{phase::pending};  // written under mutex_, but for abandon; done: all below is fixed
  outcome how_ = outcome::value;
  std::atomic<bool> retrieved_{false};  // true: somebody has seen the error
  std::exception_ptr error_;
  intrusive_list<waiter> waiters_;  // guarded by mutex_
  intrusive_list<call> on_done_;    // guarded by mutex_
  intrusive_list<call> on_cancel_;  // guarded by mutex_
  where made_;
};

}  // namespace coir::detail
