// Handle counts, and what happens when the last handle goes.
#pragma once

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// Looks after what owner::attention asks for: unwinds what foreign threads have dropped, and queues a
// current fiber without handles to be unwound once it is suspended.
void attend() noexcept;

// Nothing refers to it: no handle, and not owner::dropped either, which comes back to it.
[[nodiscard]] inline bool is_unreferenced(const control* c) noexcept {
  return c->local == 0 && (c->shared.load(std::memory_order_acquire) & ~shared_merged) == 0;
}

// Makes `parent` the parent of `c`, or nobody if null. Both are the calling thread's.
void set_parent(control* c, control* parent) noexcept;

// A fiber that will never run: destroys its callable and gives its stack back. It is dead then.
void end_unstarted(control* c) noexcept;

// Unwinds every fiber of the calling thread and gives up its blocks; the thread is about to end.
void abandon_thread(owner* self) noexcept;

// Stands for owner::dropped of a thread that has ended.
[[nodiscard]] control* closed_list() noexcept;

}  // namespace coir::detail
