#include <coir/sched/sleep.hpp>

#include <coir/sched/scheduler.hpp>

namespace coir {

void sleep_until(deadline until) {
  auto& scheduler = lowlevel::scheduler::required("sleep_until");
  if (until <= now()) return scheduler.yield();
  if (scheduler.park(scheduler.prepare(), "time to pass", until) == lowlevel::wake_reason::cancelled)
    scheduler.check_cancelled();
}

}  // namespace coir
