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

// Gives up the block of a fiber that is dead, or never ran, and that nobody refers to; then its parent's, if
// this was the last child of such another one.
void free_block(control* c) noexcept;

// One child less.
inline void unpin(control* parent) noexcept {
  if (--parent->children == 0) free_block(parent);
}

// Handles on foreign threads, by control::shared.
[[nodiscard]] constexpr std::int32_t count_of(std::int32_t shared) noexcept { return shared >> 2; }

// Stands for owner::dropped of a thread that has ended.
[[nodiscard]] control* closed_list() noexcept;

}  // namespace coir::detail
