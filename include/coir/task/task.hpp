// <coir/task/task.hpp> - work that runs beside the fiber that spawned it
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/base/detail/where.hpp>
#include <coir/task/any_task.hpp>
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
  [[nodiscard]] static any_task adopt_any(task_ref ref) noexcept { return any_task(std::move(ref)); }
};

}  // namespace detail

/// A handle to a running or finished task that results in a T; what does not concern that is any_task's.
///
/// For explicit switching take coir::fiber. A task runs on the thread that spawned it, from the next turn
/// on, and goes on when its handles are dropped: the runtime owns it. An error that nobody has retrieved
/// when the last handle goes is reported to the unhandled hook.
///
/// Owner:    handles are cheap copies
/// Threads:  the thread that spawned it; handles may be dropped anywhere
/// Example:  doc/tutorial/03-tasks.cpp
template <class T>
class task : public any_task {
 public:
  using value_type = T;

  /// An empty handle: every call but `=` and bool is an error.
  task() noexcept = default;

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

  /// As any_task::on_done; `fn` may take the `const task&`.
  template <class F>
  void on_done(F&& fn, detail::where from = detail::where::here()) const {
    call_when_done([self = *this, fn = std::decay_t<F>(std::forward<F>(fn))]() mutable {
      if constexpr (std::invocable<std::decay_t<F>&, const task&>)
        std::invoke(fn, std::as_const(self));
      else
        std::invoke(fn);
    }, from);
  }

 private:
  friend struct detail::task_access;
  explicit task(detail::task_ref ref) noexcept : any_task(std::move(ref)) {}
};

/// Starts `fn` as a task of its own, which first runs when the current fiber next lets others run.
///
/// `fn` is moved or copied into the task and destroyed when it has ended; what it captures by reference
/// outlives it. The task begins with a copy of the current fiber's context variables.
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
