// <coir/sched/call_soon.hpp> - functions that this thread's scheduler calls soon, or later
#pragma once

#include <chrono>
#include <utility>

#include <coir/base/clock.hpp>
#include <coir/base/detail/where.hpp>
#include <coir/sched/detail/delayed_call.hpp>
#include <coir/sched/pending_call.hpp>
#include <coir/sched/scheduler.hpp>

namespace coir {

/// Has `fn` called in the next turn, when the current fiber lets others run.
///
/// For what is to happen behind the caller's back, and not in its way; where there is something to wait for,
/// spawn a task. `fn` runs on a fiber that serves all callbacks; it may wait, and those behind it go on.
/// What it throws goes to the unhandled hook, with the line that called call_soon. What has not been called
/// when the run ends is destroyed uncalled; a callback that waits then is cancelled.
///
/// Order:    first in, first out; what callbacks queue runs in the turn after theirs
/// Throws:   std::logic_error outside of coir::run; std::bad_alloc
/// Cost:     one allocation
/// Example:  doc/tutorial/09-callbacks.cpp
template <class F>
pending_call call_soon(F&& fn, detail::where from = detail::where::here()) {
  lowlevel::scheduler& here = lowlevel::scheduler::required("call_soon");
  return here.call_soon(detail::call_ref(detail::make_call<detail::call>(std::forward<F>(fn), from)));
}

/// As call_soon, but not before `until`.
///
/// Order:    by deadline, equal ones first in, first out
/// Throws:   std::logic_error outside of coir::run; std::bad_alloc
/// Cost:     one allocation, the timer's O(log n)
template <class F>
pending_call call_at(deadline until, F&& fn, detail::where from = detail::where::here()) {
  lowlevel::scheduler& here = lowlevel::scheduler::required("call_at");
  return here.call_at(*detail::make_call<detail::delayed_call>(std::forward<F>(fn), from), until);
}

/// As call_at, `delay` from now.
///
/// Zero, negative and NaN mean the next turn; what is beyond the clock's range stays pending until the run ends.
///
/// Throws:   as call_at
template <class Rep, class Period, class F>
pending_call call_later(std::chrono::duration<Rep, Period> delay, F&& fn, detail::where from = detail::where::here()) {
  return call_at(detail::deadline_after(now(), delay), std::forward<F>(fn), from);
}

}  // namespace coir
