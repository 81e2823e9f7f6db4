#include <coir/sched/detail/door.hpp>

#include <utility>

#include <coir/sched/scheduler.hpp>

namespace coir::detail {

bool door::post(call_ref& c) noexcept {
  const std::lock_guard lock(mutex);
  if (!scheduler) return false;
  scheduler->post(std::move(c));
  return true;
}

void door::close() noexcept {
  const std::lock_guard lock(mutex);
  scheduler = nullptr;
}

}  // namespace coir::detail
