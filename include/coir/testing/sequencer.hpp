// <coir/testing/sequencer.hpp> - tells fibers of a test in which order to go on
#pragma once

#include <limits>
#include <set>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/sync/wait_queue.hpp>

namespace coir::testing {

/// Numbered places in a test's fibers, which are passed in the order of the numbers.
///
/// `seq(0)`, `seq(1)` and so on, in whichever fibers: each call waits until those with lower numbers have been
/// passed. `const auto turn = seq(2);` holds the place until the end of its block; the next number goes on after
/// that. As in trio, from where the name is.
///
/// Owner:    the test; outlives the calls and what they return
/// Example:  test/testing/sequencer_test.cpp
class COIR_API sequencer {
 public:
  sequencer() = default;
  sequencer(const sequencer&) = delete;
  sequencer& operator=(const sequencer&) = delete;

  /// A place that is being passed; passed when it is destroyed.
  class COIR_API turn {
   public:
    turn(turn&& other) noexcept : order_(std::exchange(other.order_, nullptr)) {}
    turn& operator=(turn&&) = delete;
    ~turn() {
      if (order_) order_->pass();
    }

   private:
    friend class sequencer;
    explicit turn(sequencer& order) noexcept : order_(&order) {}
    sequencer* order_;
  };

  /// Waits until 0 to `place` - 1 have been passed.
  ///
  /// Switches: may
  /// Throws:   cancelled; std::logic_error for a place that was used before, and for every place after one whose
  ///           wait was cancelled, which nobody will ever pass
  turn operator()(unsigned place);

 private:
  void pass() noexcept;

  unsigned next_ = 0;
  unsigned lost_ = std::numeric_limits<unsigned>::max();  // the lowest place whose wait was cancelled
  std::set<unsigned> used_;
  lowlevel::wait_queue waiters_;
};

}  // namespace coir::testing
