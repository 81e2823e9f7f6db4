// <coir/testing/virtual_clock.hpp> - time that passes when everybody sleeps
#pragma once

#include <chrono>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>

namespace coir::testing {

/// A clock that stands still until it is moved.
///
/// Owner:   the test; a virtual_poller moves it to the next deadline when no fiber is ready
class COIR_API virtual_clock final : public lowlevel::clock_source {
 public:
  ~virtual_clock() override;

  [[nodiscard]] deadline read() const noexcept override { return now_; }

  /// The date: that of the construction, and as much later as the clock has been moved since.
  [[nodiscard]] std::chrono::system_clock::time_point wall() const noexcept override {
    return std::chrono::system_clock::time_point(wall_ahead_ + now_.time_since_epoch());
  }

  /// Sets the date, as somebody may while a program runs; the time stays what it is.
  void set_wall(std::chrono::system_clock::time_point to) noexcept {
    wall_ahead_ = to.time_since_epoch() - now_.time_since_epoch();
  }

  /// Moves to `to`, or nowhere when that has passed.
  void advance_to(deadline to) noexcept {
    if (to > now_) now_ = to;
  }
  void advance_by(clock::duration by) noexcept { now_ += by; }

 private:
  // Some time after the epoch, so that deadlines in the past can be written.
  deadline now_{std::chrono::hours(1000)};
  std::chrono::nanoseconds wall_ahead_ = std::chrono::system_clock::now().time_since_epoch() - now_.time_since_epoch();
};

}  // namespace coir::testing
