// <coir/sched/scheduler_ref.hpp> - a handle by which other threads reach a scheduler
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/detail/where.hpp>
#include <coir/sched/detail/call.hpp>
#include <coir/sched/detail/door.hpp>

namespace coir {

/// Names the scheduler of one run, while that lasts and after it.
///
/// From coir::this_scheduler; for coir::post and coir::run_in.
///
/// Owner:    handles are cheap copies, which keep nothing running
/// Threads:  any
class COIR_API scheduler_ref {
 public:
  /// Names none.
  scheduler_ref() noexcept = default;

  /// Whether the handle means a scheduler, perhaps one whose run has ended.
  [[nodiscard]] explicit operator bool() const noexcept { return door_ != nullptr; }

  friend bool operator==(const scheduler_ref&, const scheduler_ref&) noexcept = default;

  /// As coir::post, for a function in the library's own form.
  ///
  /// Throws:   std::logic_error for an empty handle
  bool post(detail::call_ref c) const;

 private:
  friend scheduler_ref this_scheduler();
  explicit scheduler_ref(std::shared_ptr<detail::door> door) noexcept : door_(std::move(door)) {}

  std::shared_ptr<detail::door> door_;
};

/// The scheduler that runs the calling fiber.
///
/// Throws:   std::logic_error outside of coir::run
[[nodiscard]] COIR_API scheduler_ref this_scheduler();

/// Has `fn` called by the target's thread, in its next turn.
///
/// It runs on a fiber of its own and may wait; those behind it go on. What it throws goes to the unhandled
/// hook. What has not been called when the run ends is destroyed uncalled, on that thread; a callback that
/// waits then is cancelled. coir::run_in gives a future to wait for; on the own thread take coir::call_soon.
///
/// Threads:  any
/// Order:    those of one thread in the order of their posts
/// Returns:  false when the run has ended: `fn` is destroyed uncalled
/// Throws:   std::logic_error for an empty handle; std::bad_alloc
/// Cost:     one allocation; a system call when the target sleeps
template <std::invocable F>
bool post(const scheduler_ref& target, F&& fn, detail::where from = detail::where::here()) {
  return target.post(detail::call_ref(detail::make_call<detail::call>(std::forward<F>(fn), from)));
}

}  // namespace coir
