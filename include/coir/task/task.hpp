// <coir/task/task.hpp> - work that runs beside the fiber that spawned it
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/base/detail/where.hpp>
#include <coir/task/detail/task_work.hpp>

namespace coir {

/// How to spawn: `coir::spawn({.name = "reader", .stack_size = 1 << 16}, fn);`
struct spawn_options {
  /// Shown in errors and dumps; copied. Empty: the task is known by its number.
  std::string_view name = {};
  /// As coir::fiber_options::stack_size.
  std::size_t stack_size = 256 * 1024;
  /// As coir::fiber_options::own_fp_env.
  bool own_fp_env = false;
};

template <class T = void>
class task;

namespace detail {

// What the rest of the layer may do with a task.
struct task_access {
  template <class T>
  [[nodiscard]] static task<T> adopt(task_ref ref) noexcept {
    return task<T>(std::move(ref));
  }
  // Throws std::logic_error for an empty handle.
  template <class T>
  [[nodiscard]] static task_state& state_of(const task<T>& t) {
    return t.state();
  }
};

}  // namespace detail

/// A handle to a running or finished task that results in a T.
///
/// For explicit switching take coir::fiber. A task runs on the thread that spawned it, from the next turn
/// on, and goes on when its handles are dropped: the runtime owns it. An error that nobody has retrieved
/// when the last handle goes is reported to the unhandled hook.
///
/// Owner:    handles are cheap copies
/// Threads:  the thread that spawned it; handles may be dropped anywhere
/// Example:  doc/tutorial/03-tasks.cpp
template <class T>
class task {
 public:
  using value_type = T;

  /// An empty handle: every call but `=` and bool is an error.
  task() noexcept = default;

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

  /// Waits for the end and returns the result: a copy, or, of a type that cannot be copied, the result
  /// itself, once.
  ///
  /// Switches: may
  /// Throws:   the task's error; `cancelled` when the task ended by it; as join; std::logic_error when a
  ///           move-only result was taken before
  T get() const {
    detail::task_state& s = state();
    s.join_until(never);
    s.check();
    if constexpr (!std::is_void_v<T>) return detail::take_result<T>(s);
  }

  /// Asks the task to end: its blocking calls throw coir::cancelled from now on, beginning with the one it
  /// is in. A task that has not run yet never does.
  ///
  /// Returns: whether this is the first request and the task had not ended
  bool cancel(std::string reason = {}) const { return state().cancel(std::move(reason)); }

  /// Whether the task has ended.
  [[nodiscard]] bool is_done() const { return state().done; }

  /// The name given to spawn, or "task 17".
  [[nodiscard]] std::string name() const { return state().display_name(); }

  /// Whether the handle means a task.
  [[nodiscard]] explicit operator bool() const noexcept { return ref_.get() != nullptr; }

  friend bool operator==(const task& a, const task& b) noexcept { return a.ref_.get() == b.ref_.get(); }

 private:
  friend struct detail::task_access;
  explicit task(detail::task_ref ref) noexcept : ref_(std::move(ref)) {}

  [[nodiscard]] detail::task_state& state() const {
    if (!ref_.get()) throw std::logic_error("this coir::task handle is empty");
    return *ref_.get();
  }

  detail::task_ref ref_;
};

/// Starts `fn` as a task of its own, which first runs when the current fiber next lets others run.
///
/// `fn` is moved or copied into the task and destroyed when it has ended; what it captures by reference
/// outlives it.
///
/// Throws:  std::logic_error outside of coir::run; std::bad_alloc
/// Cost:    one allocation; the stack comes when the task first runs, out of a pool
template <class F>
auto spawn(const spawn_options& options, F&& fn, detail::where spawned = detail::where::here())
    -> task<std::decay_t<std::invoke_result_t<std::decay_t<F>&>>> {
  using result = std::decay_t<std::invoke_result_t<std::decay_t<F>&>>;
  detail::task_ref ref(detail::make_task<result>(std::forward<F>(fn), spawned));
  ref.get()->enter({options.stack_size, options.name, options.own_fp_env}, "spawn", false);
  return detail::task_access::adopt<result>(std::move(ref));
}
template <class F>
  requires(!std::convertible_to<F, const spawn_options&>)
auto spawn(F&& fn, detail::where spawned = detail::where::here()) {
  return spawn(spawn_options{}, std::forward<F>(fn), spawned);
}

/// As spawn, but the task runs at once, until it first waits or ends; then the caller goes on.
///
/// For trees of tasks, which so need the memory of a branch and not of a level, and for what is usually done
/// without waiting: its result is there when this returns.
///
/// Switches: yes, also where nothing is to wait for; never cancelled
/// Throws:   std::logic_error outside of coir::run; std::bad_alloc
template <class F>
auto spawn_now(const spawn_options& options, F&& fn, detail::where spawned = detail::where::here())
    -> task<std::decay_t<std::invoke_result_t<std::decay_t<F>&>>> {
  using result = std::decay_t<std::invoke_result_t<std::decay_t<F>&>>;
  detail::task_ref ref(detail::make_task<result>(std::forward<F>(fn), spawned));
  ref.get()->enter({options.stack_size, options.name, options.own_fp_env}, "spawn_now", true);
  return detail::task_access::adopt<result>(std::move(ref));
}
template <class F>
  requires(!std::convertible_to<F, const spawn_options&>)
auto spawn_now(F&& fn, detail::where spawned = detail::where::here()) {
  return spawn_now(spawn_options{}, std::forward<F>(fn), spawned);
}

}  // namespace coir
