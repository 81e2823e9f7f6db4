// <coir/testing/virtual_clock.hpp> - time that passes when everybody sleeps
#pragma once

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

  /// Moves to `to`, or nowhere when that has passed.
  void advance_to(deadline to) noexcept {
    if (to > now_) now_ = to;
  }
  void advance_by(clock::duration by) noexcept { now_ += by; }

 private:
  // Some time after the epoch, so that deadlines in the past can be written.
  deadline now_{std::chrono::hours(1000)};
};

}  // namespace coir::testing
