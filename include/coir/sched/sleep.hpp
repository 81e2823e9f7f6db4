// <coir/sched/sleep.hpp> - waiting for time to pass
#pragma once

#include <chrono>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>

namespace coir {

namespace detail {

// `t` in the wall clock's own resolution, rounded up and clamped to what it can show.
template <class Duration>
[[nodiscard]] constexpr std::chrono::system_clock::time_point wall_time(
    std::chrono::time_point<std::chrono::system_clock, Duration> t) noexcept {
  using wall = std::chrono::system_clock;
  using seconds = std::chrono::duration<double>;
  const auto since = std::chrono::duration_cast<seconds>(t.time_since_epoch());
  if (since >= std::chrono::duration_cast<seconds>(wall::duration::max())) return wall::time_point::max();
  if (!(since > std::chrono::duration_cast<seconds>(wall::duration::min()))) return wall::time_point::min();
  return std::chrono::ceil<wall::duration>(t);
}

COIR_API void sleep_until_wall(std::chrono::system_clock::time_point until);

}  // namespace detail

/// Suspends the current fiber until `until`; never returns before it.
///
/// A deadline that has passed yields once. Sleeps that end within one millisecond of the clock share a wake-up, at its
/// end: an idle thread that is to sleep for more than 8 ms wakes up at the next whole millisecond. Shorter sleeps are
/// woken up for by themselves, and a thread that runs anyway looks at the deadlines as they are. So are the deadlines
/// of all other waits.
///
/// Switches: always, unless it throws
/// Throws:   cancelled; std::logic_error outside of coir::run
COIR_API void sleep_until(deadline until);

/// Suspends the current fiber for `duration` from now, read from the clock.
///
/// Zero, negative and NaN yield once; durations beyond the clock's range sleep until cancelled.
///
/// Switches: always, unless it throws
/// Throws:   as sleep_until
template <class Rep, class Period>
void sleep_for(std::chrono::duration<Rep, Period> duration) {
  sleep_until(detail::deadline_after(now(), duration));
}

/// Suspends the current fiber until the wall clock shows `until`; never returns before it does.
///
/// For appointments: durations belong to the steady clock, which nobody sets. A wall clock that is set back while a
/// fiber sleeps makes it sleep for longer; one that is set forward past `until` is noticed within a minute.
///
/// Switches: always, unless it throws
/// Throws:   as sleep_until
template <class Duration>
void sleep_until(std::chrono::time_point<std::chrono::system_clock, Duration> until) {
  detail::sleep_until_wall(detail::wall_time(until));
}

}  // namespace coir
