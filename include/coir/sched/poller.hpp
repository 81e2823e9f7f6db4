// <coir/sched/poller.hpp> - where a scheduler without ready fibers waits
//
// The only upward call of the library: the scheduler asks, whoever implements this answers by waking
// fibers. So everything below the reactor runs, and is tested, without a descriptor.
#pragma once

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>

namespace coir::lowlevel {

/// Waits for events from outside on behalf of one scheduler.
class COIR_API poller {
 public:
  poller() = default;
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;
  virtual ~poller();

  /// Waits for events until `until` at the latest and wakes the fibers that they concern, by
  /// scheduler::wake. Returns as soon as there was any, when interrupted, or spuriously. A deadline that
  /// has passed asks for what is there now, without waiting.
  virtual void poll(deadline until) = 0;

  /// Ends the poll that is under way or, if there is none, the next one. At once, not later.
  ///
  /// Threads: any
  virtual void interrupt() noexcept = 0;
};

}  // namespace coir::lowlevel
