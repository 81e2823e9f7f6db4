// <coir/sched/sleep.hpp> - waiting for time to pass
#pragma once

#include <chrono>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>

namespace coir {

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

}  // namespace coir
