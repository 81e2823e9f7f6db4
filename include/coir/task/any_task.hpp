// <coir/task/any_task.hpp> - a task, whatever it results in
#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/base/detail/where.hpp>
#include <coir/sched/detail/call.hpp>
#include <coir/task/detail/task_state.hpp>

namespace coir {

namespace detail {
struct task_access;
}

/// A handle to a running or finished task; coir::task is one that also knows its result's type.
///
/// Owner:    handles are cheap copies
/// Threads:  the thread that spawned it; handles may be dropped anywhere
class COIR_API any_task {
 public:
  /// An empty handle: every call but `=` and bool is an error.
  any_task() noexcept = default;

  /// Waits until the task has ended, in whatever way; never throws the task's own error.
  ///
  /// Switches: may
  /// Throws:   cancelled when the caller was cancelled: the task runs on; std::logic_error when a task
  ///           joins itself, for an empty handle, and on a thread other than the task's
  void join() const { state().join_until(never); }

  /// As join, up to a deadline.
  ///
  /// Switches: may
  /// Returns:  whether the task has ended
  /// Throws:   as join
  [[nodiscard]] bool join_until(deadline until) const { return state().join_until(until); }
  template <class Rep, class Period>
  [[nodiscard]] bool join_for(std::chrono::duration<Rep, Period> d) const {
    return join_until(detail::deadline_after(now(), d));
  }

  /// Asks the task to end: its blocking calls throw coir::cancelled from now on, beginning with the one it
  /// is in. A task that has not run yet never does.
  ///
  /// Returns: whether this is the first request and the task had not ended
  bool cancel(std::string reason = {}) const { return state().cancel(std::move(reason)); }

  /// Whether the task has ended.
  [[nodiscard]] bool is_done() const { return state().done; }

  /// Has `fn()`, or `fn(task)`, called when the task has ended, or in the next turn if it has: as by call_soon, and
  /// in the order in which they were given.
  ///
  /// Throws: std::logic_error for an empty handle, and on a thread other than the task's; std::bad_alloc
  template <class F>
  void on_done(F&& fn, detail::where from = detail::where::here()) const {
    call_when_done([self = *this, fn = std::decay_t<F>(std::forward<F>(fn))]() mutable {
      if constexpr (std::invocable<std::decay_t<F>&, const any_task&>)
        std::invoke(fn, std::as_const(self));
      else
        std::invoke(fn);
    }, from);
  }

  /// The name given to spawn, or "task 17".
  [[nodiscard]] std::string name() const { return state().display_name(); }

  /// Whether the handle means a task.
  [[nodiscard]] explicit operator bool() const noexcept { return ref_.get() != nullptr; }

  friend bool operator==(const any_task& a, const any_task& b) noexcept { return a.ref_.get() == b.ref_.get(); }

 protected:
  friend struct detail::task_access;
  explicit any_task(detail::task_ref ref) noexcept : ref_(std::move(ref)) {}

  [[nodiscard]] detail::task_state& state() const {
    if (!ref_.get()) [[unlikely]]
      refuse_empty();
    return *ref_.get();
  }
  template <class F>
  void call_when_done(F&& fn, detail::where from) const {
    state().call_when_done(detail::call_ref(detail::make_call<detail::call>(std::forward<F>(fn), from)));
  }

 private:
  [[noreturn]] static void refuse_empty();

  detail::task_ref ref_;
};

/// The task that runs here, whichever of its fibers that is; empty in main and in callbacks.
///
/// Throws: std::logic_error outside of coir::run
[[nodiscard]] COIR_API any_task current_task();

/// The tasks of this thread that have not ended, in the order in which they were spawned.
///
/// Throws: std::logic_error outside of coir::run
[[nodiscard]] COIR_API std::vector<any_task> all_tasks();

}  // namespace coir
