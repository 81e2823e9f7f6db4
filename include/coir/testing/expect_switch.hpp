// <coir/testing/expect_switch.hpp> - whether a call lets other fibers run
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/detail/where.hpp>

namespace coir {

namespace detail {

// How often the calling thread's scheduler has switched so far.
[[nodiscard]] COIR_API std::uint64_t switches(const char* caller);
// Throws when that is not what was expected.
COIR_API void check_switches(std::uint64_t before, bool expected, where called);

template <class F>
auto call_and_check(bool expected, F&& fn, where called) {
  const std::uint64_t before = switches(expected ? "testing::expect_switch" : "testing::expect_no_switch");
  if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
    std::forward<F>(fn)();
    check_switches(before, expected, called);
  } else {
    auto result = std::forward<F>(fn)();
    check_switches(before, expected, called);
    return result;
  }
}

}  // namespace detail

namespace testing {

/// Calls `fn`, which is to let other fibers run at least once: by waiting, or by a yield, also when there are none.
/// Explicit switches do not count.
///
/// Switches: may
/// Returns:  what `fn` returns
/// Throws:   what `fn` throws; std::logic_error naming the line when it did not; outside of a run
template <class F>
auto expect_switch(F&& fn, detail::where called = detail::where::here()) {
  return detail::call_and_check(true, std::forward<F>(fn), called);
}

/// Calls `fn`, which is not to let other fibers run, so that what holds before it holds after it.
///
/// Switches: may
/// Returns:  what `fn` returns
/// Throws:   what `fn` throws; std::logic_error naming the line when it did; outside of a run
template <class F>
auto expect_no_switch(F&& fn, detail::where called = detail::where::here()) {
  return detail::call_and_check(false, std::forward<F>(fn), called);
}

}  // namespace testing
}  // namespace coir
