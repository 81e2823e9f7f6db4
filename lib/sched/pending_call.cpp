#include <coir/sched/pending_call.hpp>

#include <stdexcept>

#include <coir/sched/scheduler.hpp>

namespace coir {

bool pending_call::cancel() const {
  if (!is_pending()) return false;
  if (home_ != lowlevel::scheduler::current())
    throw std::logic_error("a coir::pending_call can only be called off on the thread that it was made on");
  return home_->forget(*call_.get());
}

}  // namespace coir
