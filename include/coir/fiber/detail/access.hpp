// <coir/fiber/detail/access.hpp> - what the layers above may do with a fiber's control block
#pragma once

#include <string>

#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/detail/switch.hpp>
#include <coir/fiber/fiber.hpp>
#include <coir/fiber/fiber_options.hpp>

namespace coir::detail {

struct fiber_access {
  [[nodiscard]] static control* control_of(const fiber& f) noexcept { return f.control_; }
  [[nodiscard]] static const fiber& fiber_of(const control* c) noexcept { return fiber::from(c->self); }
  // The handle that `c` was made with.
  [[nodiscard]] static fiber adopt(control* c) noexcept {
    fiber f;
    f.control_ = c;
    return f;
  }
};

// A fiber for a scheduler: no parent, no handle, no stack before it is first resumed. Ends by
// work->operations->successor. Belongs to the calling thread.
[[nodiscard]] COIR_API control* make_scheduled(body& work, const fiber_options& options);

// Readies an unstarted scheduled fiber for resume(). When there is no stack for it, its body is refused,
// the block is free, and the answer is false.
[[nodiscard]] COIR_API bool start_scheduled(control* c) noexcept;

// The same for sanitizer builds, and for a current fiber that is special.
[[nodiscard]] COIR_API control* resume_with_care(control* next);

// Runs `next`, a started fiber, in place of the current one, which its scheduler has parked. Returns who
// ended by the switch back, to be recycled once the current fiber is in order again, for that may run any
// code; nullptr: nobody. Inline, as every function that is entered on one stack and left on another: each
// return costs a misprediction.
[[nodiscard, gnu::always_inline]] inline control* resume(control* next) {
  if (this_thread.self->attention.load(std::memory_order_relaxed) & is_annotated || is_special()) [[unlikely]]
    return resume_with_care(next);
  control* self = this_thread.current;
  change(self, next, nullptr);
  if (self->orphan) [[unlikely]]
    this_thread.self->attention.fetch_or(has_orphan, std::memory_order_relaxed);
  // What most often comes along; all else the long way.
  if (this_thread.arriving == brings_end) {
    this_thread.arriving = 0;
    return this_thread.finished;
  }
  return settle(nullptr).rest.finished();
}

// Called on any thread when this thread's fibers were dropped elsewhere; see owner::notify.
COIR_API void set_notify(void (*notify)(void*) noexcept, void* argument) noexcept;

// Unwinds or frees what foreign threads have dropped.
COIR_API void reap() noexcept;

// Runs what other threads have asked of this one.
COIR_API void serve_calls() noexcept;

// "fiber 'parser' (suspended)", or its address when it has no name.
[[nodiscard]] COIR_API std::string describe(const control* c);

}  // namespace coir::detail
