#include <coir/sched/scheduler_ref.hpp>

#include <stdexcept>

#include <coir/sched/scheduler.hpp>

namespace coir {

bool scheduler_ref::post(detail::call_ref c) const {
  if (!door_) throw std::logic_error("this coir::scheduler_ref is empty: take one from coir::this_scheduler()");
  return door_->post(c);
}

scheduler_ref this_scheduler() { return scheduler_ref(lowlevel::scheduler::required("this_scheduler").door()); }

}  // namespace coir
