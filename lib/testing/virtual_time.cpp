#include <chrono>
#include <stdexcept>

#include <coir/testing/virtual_clock.hpp>
#include <coir/testing/virtual_poller.hpp>

namespace coir::testing {

virtual_clock::~virtual_clock() = default;
virtual_poller::~virtual_poller() = default;

void virtual_poller::poll(deadline until) {
  std::unique_lock lock(mutex_);
  if (!interrupted_ && until == never &&
      !changed_.wait_for(lock, std::chrono::seconds(10), [this] { return interrupted_; }))
    throw std::logic_error("deadlock: every fiber waits, no timer is set, and no other thread woke anybody for 10 s");
  if (!interrupted_) clock_.advance_to(until);
  interrupted_ = false;
}

void virtual_poller::interrupt() noexcept {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  changed_.notify_one();
}

}  // namespace coir::testing
