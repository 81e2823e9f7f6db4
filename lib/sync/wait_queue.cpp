#include <coir/sync/wait_queue.hpp>

#include <coir/base/detail/fatal.hpp>

namespace coir::lowlevel {

wait_queue::~wait_queue() {
  if (!waiters_.empty())
    detail::fatal("what fibers wait on outlives their waits: join them before it goes",
                  "a wait_queue was destroyed while fibers waited in it");
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
