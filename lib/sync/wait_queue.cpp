#include <coir/sync/wait_queue.hpp>

#include <coir/base/detail/fatal.hpp>

namespace coir::lowlevel {

void wait_queue::refuse_destruction() noexcept {
  detail::fatal("what fibers wait on outlives their waits: join them before it goes",
                "a wait_queue was destroyed while fibers waited in it");
}

bool wait_queue::notify_one() noexcept {
  while (!waiters_.empty())
    if (scheduler::wake(waiters_.pop_front().token)) return true;
  return false;
}

}  // namespace coir::lowlevel
