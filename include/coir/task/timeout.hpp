// <coir/task/timeout.hpp> - a call that has a time to be done in
#pragma once

#include <chrono>
#include <type_traits>
#include <utility>

#include <coir/base/clock.hpp>
#include <coir/base/timed_out.hpp>
#include <coir/task/cancel_scope.hpp>

namespace coir {

namespace detail {

// Throws timed_out; names the time that there was.
[[noreturn]] COIR_API void throw_timed_out(clock::duration d);

}  // namespace detail

/// Calls `fn`, and gives up when it takes longer than `d`.
///
/// `fn` is not interrupted: its blocking calls throw coir::cancelled from then on. What it returns in spite of
/// that is returned.
///
/// Switches: may
/// Returns:  what `fn` returns; nothing, or false, when it has ended by the time-out
/// Throws:   what `fn` throws; `cancelled` when what is around was cancelled; std::logic_error outside of coir::run
template <class Rep, class Period, class F>
auto move_on_after(std::chrono::duration<Rep, Period> d, F&& fn) {
  const deadline begun = now();
  detail::scope scope;
  const detail::scope_timer timer(scope, detail::deadline_after(begun, d), begun, "move_on_after");
  return detail::run_in_scope(scope, "move_on_after", std::forward<F>(fn));
}

/// As move_on_after, but throws coir::timed_out where that returns nothing.
///
/// Switches: may
/// Returns:  what `fn` returns
/// Throws:   coir::timed_out; as move_on_after
template <class Rep, class Period, class F>
std::invoke_result_t<F> with_timeout(std::chrono::duration<Rep, Period> d, F&& fn) {
  const deadline begun = now();
  detail::scope scope;
  const detail::scope_timer timer(scope, detail::deadline_after(begun, d), begun, "with_timeout");
  auto result = detail::run_in_scope(scope, "with_timeout", std::forward<F>(fn));
  if (!result) [[unlikely]]
    detail::throw_timed_out(detail::deadline_after(begun, d) - begun);
  if constexpr (!std::is_void_v<std::invoke_result_t<F>>) return *std::move(result);
}

/// Throws coir::cancelled when the calling task, or a scope that it is in, was cancelled. For computations.
///
/// A deadline is noticed in a turn of the scheduler: call coir::yield() where one must be kept.
///
/// Throws: cancelled; std::logic_error outside of coir::run
inline void check_cancelled() { lowlevel::scheduler::required("check_cancelled").check_cancelled(); }

}  // namespace coir
