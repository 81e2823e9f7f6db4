// <coir/sync/run_in.hpp> - a function's result from another thread's scheduler
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include <coir/base/detail/where.hpp>
#include <coir/sched/detail/call.hpp>
#include <coir/sched/scheduler_ref.hpp>
#include <coir/sync/future.hpp>
#include <coir/sync/promise.hpp>

namespace coir {

/// Has `fn` called by the target's thread, in its next turn, and gives a future of its result.
///
/// For a thread that needs something done where it belongs; coir::post is for what needs no answer. `fn` may
/// wait. A future that is cancelled before `fn` has begun means that it is not called. When the run ends
/// before that, or has ended, the promise breaks.
///
/// Threads:  any
/// Order:    as post
/// Throws:   std::logic_error for an empty handle; std::bad_alloc
/// Cost:     two allocations; a system call when the target sleeps
/// Example:  doc/tutorial/11-threads.cpp
template <class F>
auto run_in(const scheduler_ref& target, F&& fn, detail::where from = detail::where::here())
    -> future<std::decay_t<std::invoke_result_t<std::decay_t<F>&>>> {
  using result = std::decay_t<std::invoke_result_t<std::decay_t<F>&>>;
  promise<result> p(from);
  future<result> f = p.get_future();
  auto work = [p = std::move(p), fn = std::forward<F>(fn)]() mutable {
    if (p.is_cancelled()) return;
    try {
      if constexpr (std::is_void_v<result>) {
        fn();
        p.set_value();
      } else {
        p.set_value(fn());
      }
    } catch (...) {
      detail::let_orders_pass();
      p.set_exception(std::current_exception());
    }
  };
  post(target, std::move(work), from);
  return f;
}

}  // namespace coir
