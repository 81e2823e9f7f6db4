// <coir/sched/wake_token.hpp> - the right to end one wait of one fiber
#pragma once

#include <cstdint>

namespace coir::detail {
struct control;
}

namespace coir::lowlevel {

class scheduler;

/// How a wait ended.
enum class wake_reason : std::uint8_t {
  woken,      // what was waited for came
  timed_out,  // the deadline came first
  cancelled,  // the task was cancelled first
};

/// Names one wait of one fiber. Whoever wakes it first decides how the wait ended; every later wake with
/// the same token does nothing, also after the fiber has gone on to other waits or has ended.
///
/// The scheduler that made it outlives its use.
class wake_token {
 public:
  /// Names no wait: waking it does nothing.
  wake_token() noexcept = default;

  [[nodiscard]] explicit operator bool() const noexcept { return fiber_ != nullptr; }

 private:
  friend class scheduler;
  wake_token(detail::control* fiber, std::uint32_t epoch, scheduler* home) noexcept
      : fiber_(fiber), home_(home), epoch_(epoch) {}

  detail::control* fiber_ = nullptr;
  scheduler* home_ = nullptr;
  std::uint32_t epoch_ = 0;
};

}  // namespace coir::lowlevel
