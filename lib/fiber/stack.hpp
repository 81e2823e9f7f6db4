// Stacks: slots of large mappings ("slabs"), each with a guard at its lower end, pooled LIFO.
//
// A slab is one mapping for many stacks, so a million of them need a handful of VMAs; its pages are
// committed as they are touched. Guards are installed by MADV_GUARD_INSTALL (Linux 6.13), which costs no
// VMA and survives MADV_DONTNEED, in place of mprotect, which costs two VMAs a stack and so ends near
// 32,000 of them at the default vm.max_map_count.
//
// A free stack is in its thread's cache for its size, or with the process (stack_pool.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

#include <coir/base/detail/relaxed.hpp>
#include <coir/fiber/detail/control.hpp>

#include "annotations.hpp"
#include "stack_depth.hpp"
#include "stack_trim.hpp"
#include "valgrind.hpp"

namespace coir::detail {

// The last stacks of one size that one thread gave back. Used again by other threads, but never freed, so
// that any thread may count what all of them hold.
struct stack_cache {
  static constexpr std::uint32_t capacity = 256;
  relaxed<stack_shape> shape = stack_shape();
  relaxed<std::uint32_t> count = 0;
  stack_cache* sibling = nullptr;  // the next of its thread, or of those that no thread uses
  stack_cache* next = nullptr;     // of all caches
  std::byte* free[capacity] = {};
};

// The cache that this thread used last; before that one of no size, which fits no stack.
extern constinit thread_local stack_cache* hot_stacks [[gnu::tls_model("initial-exec")]];

// Makes the cache for `shape` the hot one, with at least one stack in it.
void fill_hot_stacks(stack_shape shape);

// give_stack() where the hot cache is another shape's, or full.
void give_stack_slowly(stack_ref stack) noexcept;

// A stack for `c`: from the calling thread's cache, else from the process-wide pool, else from a new slab.
// Throws std::system_error (ENOMEM) when the kernel gives no more, std::invalid_argument when there is no
// stack of such a size.
inline void take_stack(control& c, stack_shape shape) {
  if (hot_stacks->shape != shape || hot_stacks->count == 0) [[unlikely]]
    fill_hot_stacks(shape);
  stack_cache& cache = *hot_stacks;
  const std::uint32_t left = cache.count - 1;
  cache.count = left;
  c.stack = {cache.free[left], shape};
  if (depths_are_measured.load(std::memory_order_relaxed)) [[unlikely]]
    c.is_measured = clear_stack(c.stack);
  if (on_valgrind()) [[unlikely]]
    open_stack(c.stack);
}

// Gives a stack back, to be taken again soon: its pages stay committed down to the watermark.
inline void give_stack(stack_ref stack) noexcept {
  annotate_reuse(stack.base + stack.guard(), stack.size() - stack.guard());
  if (on_valgrind()) [[unlikely]]
    close_stack(stack);
  else
    trim_if_deep(stack);
  stack_cache& cache = *hot_stacks;
  const std::uint32_t count = cache.count;
  if (cache.shape != stack.shape || count == stack_cache::capacity) [[unlikely]]
    return give_stack_slowly(stack);
  cache.free[count] = stack.base;
  cache.count = count + 1;
}

// Guards the caches that no thread uses.
[[nodiscard]] std::mutex& stack_caches_mutex() noexcept;

// Hands the calling thread's caches to the process-wide pool.
void flush_stack_caches() noexcept;

// Of all stacks of `shape`, those that are in some thread's cache.
[[nodiscard]] std::size_t count_cached_stacks(stack_shape shape) noexcept;

}  // namespace coir::detail
