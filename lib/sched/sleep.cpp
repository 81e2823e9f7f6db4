#include <coir/sched/sleep.hpp>

#include <chrono>

#include <coir/sched/scheduler.hpp>

namespace coir {
namespace {

// Nobody tells a sleeper that the wall clock was set forward, so it looks now and then.
constexpr std::chrono::minutes look_again{1};

}  // namespace

void sleep_until(deadline until) {
  auto& scheduler = lowlevel::scheduler::required("sleep_until");
  if (until <= now()) return scheduler.yield();
  if (scheduler.park(scheduler.prepare(), "time to pass", until) == lowlevel::wake_reason::cancelled)
    scheduler.check_cancelled();
}

void detail::sleep_until_wall(std::chrono::system_clock::time_point until) {
  auto wall = wall_now();
  do {
    // What has passed may have passed so long ago that the difference overflows.
    if (until <= wall)
      sleep_until(now());
    else
      sleep_until(now() + (until > wall + look_again ? look_again : until - wall));
    wall = wall_now();
  } while (wall < until);
}

}  // namespace coir
