// <coir/base/clock.hpp> - the clock that every deadline is read from
//
// Time is injected: a scheduler names its clock_source, so that tests run on a virtual clock and no
// code in the library asks the kernel for the time behind a test's back.
#pragma once

#include <chrono>

#include <coir/base/api.hpp>

namespace coir {

/// The steady clock of the calling thread: the real one, or the one that its scheduler was given.
///
/// Its time points are those of std::chrono::steady_clock, so both may be mixed in real runs.
///
/// Threads: any
struct COIR_API clock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr bool is_steady = true;

  /// Reads the time.
  ///
  /// Cost: one clock_gettime(2) through the vDSO on the real clock
  [[nodiscard]] static time_point now() noexcept;
};

/// An absolute point on coir::clock at which waiting ends.
using deadline = clock::time_point;

/// The deadline that never comes.
inline constexpr deadline never = deadline::max();

/// The time on the calling thread's clock; `coir::now() + 1s` is a deadline.
///
/// Threads: any
[[nodiscard]] COIR_API deadline now() noexcept;

namespace lowlevel {

/// Where a thread's clock reads the time: the seam for virtual clocks.
class COIR_API clock_source {
 public:
  clock_source() = default;
  clock_source(const clock_source&) = delete;
  clock_source& operator=(const clock_source&) = delete;
  virtual ~clock_source();

  /// The time now; never goes backwards.
  [[nodiscard]] virtual deadline read() const noexcept = 0;

  /// The date, which somebody may set; std::chrono::system_clock unless overridden.
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall() const noexcept;

  /// CLOCK_MONOTONIC, what every thread reads unless told otherwise.
  [[nodiscard]] static clock_source& real() noexcept;
};

/// Makes `source` the calling thread's clock and returns the one it replaces.
///
/// `source` outlives its use.
COIR_API clock_source& exchange_clock(clock_source& source) noexcept;

}  // namespace lowlevel

namespace detail {

// The date on the calling thread's clock.
[[nodiscard]] COIR_API std::chrono::system_clock::time_point wall_now() noexcept;

// `from` plus a duration of any representation, clamped to [from, never]: durations that overflow or
// are infinite mean never, negative ones and NaN mean at once.
template <class Rep, class Period>
[[nodiscard]] constexpr deadline deadline_after(deadline from, std::chrono::duration<Rep, Period> d) noexcept {
  using seconds = std::chrono::duration<double>;
  if (!(d > d.zero())) return from;
  if (std::chrono::duration_cast<seconds>(d) >= std::chrono::duration_cast<seconds>(never - from)) return never;
  const auto ticks = std::chrono::ceil<clock::duration>(d);
  return ticks >= never - from ? never : from + ticks;
}

}  // namespace detail
}  // namespace coir
