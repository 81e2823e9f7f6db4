// <coir/sync/wait_queue.hpp> - fibers waiting for the same thing, first come, first served
//
// What every blocking primitive is built on: trio calls it a parking lot.
#pragma once

#include <cstddef>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/base/detail/intrusive_list.hpp>
#include <coir/sched/scheduler.hpp>
#include <coir/sched/wake_token.hpp>

namespace coir::lowlevel {

/// A queue of parked fibers of one thread.
///
/// For builders of primitives: whoever waits checks its condition, waits, and checks again.
///
/// Owner:    outlives its waiters; destroying it while fibers wait aborts
/// Order:    FIFO
/// Example:  lib/task/task_state.cpp
class COIR_API wait_queue {
 public:
  wait_queue() = default;
  wait_queue(const wait_queue&) = delete;
  wait_queue& operator=(const wait_queue&) = delete;
  ~wait_queue() {
    if (!waiters_.empty()) [[unlikely]]
      refuse_destruction();
  }

  [[nodiscard]] bool empty() const noexcept { return waiters_.empty(); }

  /// Parks the current fiber at the end of the queue.
  ///
  /// `what` is static text that says what is waited for.
  ///
  /// Switches: always, unless the task was cancelled before
  /// Returns:  woken by notify_*, timed_out, or cancelled; it is off the queue in every case
  [[gnu::always_inline]] wake_reason wait(const char* what, deadline until = never) {
    // Inline, for a frame that is entered before a switch and left after it costs a mispredicted return.
    scheduler& here = scheduler::required(what);
    waiter self;
    self.token = here.prepare();
    waiters_.push_back(self);
    const wake_reason reason = here.park(self.token, what, until);
    // Still linked after a deadline or a cancel, and only then.
    self.unlink();
    return reason;
  }

  /// As wait, but throws.
  ///
  /// Switches: always, unless it throws
  /// Returns:  whether it was woken before `until`
  /// Throws:   cancelled
  [[gnu::always_inline]] bool wait_or_throw(const char* what, deadline until = never) {
    const wake_reason reason = wait(what, until);
    if (reason == wake_reason::cancelled) [[unlikely]]
      scheduler::required(what).check_cancelled();
    return reason == wake_reason::woken;
  }

  /// Wakes the first waiter that still waits. Returns whether there was one.
  bool notify_one() noexcept;

  /// Wakes every waiter, first come, first run.
  void notify_all() noexcept {
    while (!waiters_.empty()) scheduler::wake(waiters_.pop_front().token);
  }

 private:
  [[noreturn]] static void refuse_destruction() noexcept;

  struct waiter : detail::list_node {
    wake_token token;
  };

  detail::intrusive_list<waiter> waiters_;
};

}  // namespace coir::lowlevel
