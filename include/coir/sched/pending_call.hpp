// <coir/sched/pending_call.hpp> - a callback that may still be called off
#pragma once

#include <utility>

#include <coir/base/api.hpp>
#include <coir/sched/detail/call.hpp>

namespace coir {

namespace lowlevel {
class scheduler;
}

/// A handle to a callback of coir::call_soon, call_later or call_at.
///
/// Dropping it changes nothing: the callback will be called.
///
/// Owner:    handles are cheap copies
/// Threads:  the thread that made it; handles may be dropped anywhere
class COIR_API pending_call {
 public:
  /// Means no callback.
  pending_call() noexcept = default;

  /// Calls it off; its function is destroyed before this returns.
  ///
  /// Returns:  whether it was in time: false when the callback has begun, was called off, or the run has ended
  /// Throws:   std::logic_error on a thread other than the callback's
  bool cancel() const;

  /// Whether the callback is still to be called.
  [[nodiscard]] bool is_pending() const noexcept { return call_.get() && call_->state != detail::call_state::over; }

 private:
  friend lowlevel::scheduler;
  pending_call(lowlevel::scheduler& home, detail::call_ref call) noexcept : call_(std::move(call)), home_(&home) {}

  detail::call_ref call_;
  lowlevel::scheduler* home_ = nullptr;  // to be used only while the call is pending
};

}  // namespace coir
