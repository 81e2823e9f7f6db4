// <coir/sched/detail/activity.hpp> - on whose behalf a fiber runs
//
// Explicit fibers inside a task block on the task's behalf: what is cancelled is the activity, whichever
// of its fibers is parked. At most one is, for the others wait in switches.
#pragma once

#include <coir/base/detail/intrusive_list.hpp>
#include <coir/sched/detail/scope.hpp>
#include <coir/sched/wake_token.hpp>

namespace coir::detail {

struct activity : list_node {  // of a group's members, or of services
  lowlevel::wake_token parked;  // the wait it is in, if it is in one that may be cancelled
  scope* innermost = &root;
  activity* next = nullptr;     // link of the list of those that a cancellation is still to reach
  bool is_task = false;         // a detail::task_state
  scope root;

  activity() noexcept { root.owner = this; }
  activity(const activity&) = delete;
  activity& operator=(const activity&) = delete;

  // As new, after its end.
  void renew() noexcept {
    parked = {};
    innermost = &root;
    root.owner = this;
    root.requested = false;
    root.cause.reset();
  }

  [[nodiscard]] bool is_cancelled() const noexcept { return innermost->in_effect; }
};

}  // namespace coir::detail
