// <coir/sched/ticker.hpp> - something to do every so often
#pragma once

#include <chrono>
#include <cstdint>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>

namespace coir {

/// Periods that end one after the other, whatever is done in between: `for (ticker t(100ms);; t.wait()) sample();`
///
/// The ends lie whole periods from the beginning, so what is late once is not late from then on, as it is with
/// sleep_for in a loop.
///
/// Owner:    one fiber at a time
class COIR_API ticker {
 public:
  /// The first period begins now.
  ///
  /// Takes the period in whole nanoseconds, rounded up; one beyond the clock's range never ends.
  ///
  /// Throws:   std::invalid_argument unless it is longer than zero, for NaN too
  template <class Rep, class Period>
  explicit ticker(std::chrono::duration<Rep, Period> period)
      : ticker(detail::deadline_after(deadline(), period).time_since_epoch(), now()) {}

  /// Waits until the current period ends; if it has ended already, yields once.
  ///
  /// Switches: always, unless it throws
  /// Returns:  how many further periods have ended meanwhile: these are skipped. 0: the caller keeps up
  /// Throws:   as sleep_until
  std::uint64_t wait();

  /// When the current period ends.
  [[nodiscard]] deadline next() const noexcept { return next_; }

 private:
  ticker(clock::duration period, deadline begin);

  clock::duration period_;
  deadline next_;
};

}  // namespace coir
