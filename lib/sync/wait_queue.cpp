#include <coir/sync/wait_queue.hpp>

#include <coir/base/detail/fatal.hpp>
#include <coir/sched/scheduler.hpp>

namespace coir::lowlevel {

wait_queue::~wait_queue() {
  if (!waiters_.empty())
    detail::fatal("what fibers wait on outlives their waits: join them before it goes",
                  "a wait_queue was destroyed while fibers waited in it");
}

wake_reason wait_queue::wait(const char* what, deadline until) {
  scheduler& here = scheduler::required(what);
  waiter self;
  self.token = here.prepare();
  waiters_.push_back(self);
  const wake_reason reason = here.park(self.token, what, until);
  // Still linked after a deadline or a cancel, and only then.
  self.unlink();
  return reason;
}

bool wait_queue::wait_or_throw(const char* what, deadline until) {
  const wake_reason reason = wait(what, until);
  if (reason == wake_reason::cancelled) scheduler::current()->check_cancelled();
  return reason == wake_reason::woken;
}

bool wait_queue::notify_one() noexcept {
  while (!waiters_.empty())
    if (scheduler::wake(waiters_.pop_front().token)) return true;
  return false;
}

void wait_queue::notify_all() noexcept {
  while (!waiters_.empty()) scheduler::wake(waiters_.pop_front().token);
}

}  // namespace coir::lowlevel
