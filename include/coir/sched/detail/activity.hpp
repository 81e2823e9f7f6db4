// <coir/sched/detail/activity.hpp> - on whose behalf a fiber runs
//
// Explicit fibers inside a task block on the task's behalf: what is cancelled is the activity, whichever
// of its fibers is parked. At most one is, for the others wait in switches.
#pragma once

#include <memory>
#include <string>

#include <coir/base/api.hpp>
#include <coir/sched/wake_token.hpp>

namespace coir::detail {

struct activity {
  lowlevel::wake_token parked;    // the wait it is in, if it is in one
  bool cancel_requested = false;  // level-triggered: stays set
  std::unique_ptr<const std::string> cancel_reason;  // nullptr: none was given
};

}  // namespace coir::detail
