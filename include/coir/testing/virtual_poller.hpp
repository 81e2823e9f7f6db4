// <coir/testing/virtual_poller.hpp> - a poller that waits for nothing but time and other threads
#pragma once

#include <condition_variable>
#include <mutex>

#include <coir/base/api.hpp>
#include <coir/sched/poller.hpp>
#include <coir/testing/virtual_clock.hpp>

namespace coir::testing {

/// Jumps its clock to the deadline that it is asked to wait for. Asked to wait for ever, it waits for an
/// interrupt from another thread, and throws std::logic_error after ten real seconds without one: in a
/// test that is a deadlock.
class COIR_API virtual_poller final : public lowlevel::poller {
 public:
  explicit virtual_poller(virtual_clock& clock) : clock_(clock) {}
  ~virtual_poller() override;

  void poll(deadline until) override;
  void interrupt() noexcept override;

 private:
  virtual_clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool interrupted_ = false;  // guarded by mutex_
};

}  // namespace coir::testing
