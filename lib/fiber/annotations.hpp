// Tells ASan and TSan about switches. Without them every function here is empty.
//
// ASan wants the bounds of the stack that is entered, and keeps its fake stack per fiber; a thread's own
// bounds are learnt from the first switch away from it. TSan keeps a shadow fiber per fiber.
#pragma once

#include <coir/fiber/detail/control.hpp>

#if COIR_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if COIR_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace coir::detail {

#if COIR_ASAN

struct thread_stack_bounds {
  const void* bottom = nullptr;
  std::size_t size = 0;
};
inline thread_local thread_stack_bounds own_stack;

inline void annotate_departure(control* from, const control* to, bool ends) noexcept {
  const void* bottom = to->is_thread ? own_stack.bottom : to->stack.base + to->stack.guard();
  const std::size_t size = to->is_thread ? own_stack.size : to->stack.size() - to->stack.guard();
  // No place to save the fake stack tells ASan to destroy it: the fiber never comes back.
  __sanitizer_start_switch_fiber(ends ? nullptr : &from->annotation, bottom, size);
}

inline void annotate_arrival(control* self) noexcept {
  const void* bottom = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(self->annotation, &bottom, &size);
  if (self->previous->is_thread) own_stack = {bottom, size};
}

inline void annotate_start(control*) noexcept {}
inline void annotate_thread(control*) noexcept {}
inline void annotate_end(control*) noexcept {}

// Frames that were left by a jump leave their red zones behind, poisoned for the next user of the stack.
inline void annotate_reuse(void* base, std::size_t size) noexcept { __asan_unpoison_memory_region(base, size); }

#elif COIR_TSAN

// Inline, or its entry would be counted on one fiber and its exit on the other.
[[gnu::always_inline]] inline void annotate_departure(control*, const control* to, bool) noexcept {
  __tsan_switch_to_fiber(to->annotation, 0);
}
inline void annotate_arrival(control*) noexcept {}
inline void annotate_start(control* c) noexcept { c->annotation = __tsan_create_fiber(0); }
inline void annotate_thread(control* c) noexcept { c->annotation = __tsan_get_current_fiber(); }
inline void annotate_end(control* c) noexcept {
  if (c->annotation && !c->is_thread) __tsan_destroy_fiber(c->annotation);
  c->annotation = nullptr;
}
inline void annotate_reuse(void*, std::size_t) noexcept {}

#else

inline void annotate_departure(control*, const control*, bool) noexcept {}
inline void annotate_arrival(control*) noexcept {}
inline void annotate_start(control*) noexcept {}
inline void annotate_thread(control*) noexcept {}
inline void annotate_end(control*) noexcept {}
inline void annotate_reuse(void*, std::size_t) noexcept {}

#endif

}  // namespace coir::detail
