// Stacks: slots of large mappings ("slabs"), each with a guard at its lower end, pooled LIFO.
//
// A slab is one mapping for many stacks, so a million of them need a handful of VMAs; its pages are
// committed as they are touched. Guards are installed by MADV_GUARD_INSTALL (Linux 6.13), which costs no
// VMA and survives MADV_DONTNEED, in place of mprotect, which costs two VMAs a stack and so ends near
// 32,000 of them at the default vm.max_map_count.
//
// A free stack is in its thread's cache for its size, or with the process (stack_pool.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>

#include <coir/base/detail/relaxed.hpp>
#include <coir/fiber/detail/control.hpp>

#include "annotations.hpp"
#include "stack_depth.hpp"
#include "stack_trim.hpp"
#include "valgrind.hpp"

namespace coir::detail {

inline constexpr std::size_t stack_granule = 16 * 1024;
inline constexpr std::size_t largest_stack = std::size_t{1} << 30;
inline constexpr std::size_t largest_guard = 64 * 1024;

// The last stacks of one size that one thread gave back. Used again by other threads, but never freed, so
// that any thread may count what all of them hold.
struct stack_cache {
  static constexpr std::size_t capacity = 256;
  relaxed<std::size_t> size = 0;
  relaxed<std::size_t> count = 0;
  stack_cache* sibling = nullptr;  // the next of its thread, or of those that no thread uses
  stack_cache* next = nullptr;     // of all caches
  std::byte* free[capacity] = {};
};

// The cache that this thread used last; before that one of size 0, which fits no stack.
extern constinit thread_local stack_cache* hot_stacks [[gnu::tls_model("initial-exec")]];

[[nodiscard]] inline stack_ref make_stack_ref(std::byte* base, std::size_t size) noexcept {
  stack_ref s;
  s.base = base;
  s.size_units = size / stack_ref::unit;
  s.guard_units = std::min(size / 4, largest_guard) / stack_ref::unit;
  return s;
}

// Makes the cache for `size` the hot one, with at least one stack in it.
void fill_hot_stacks(std::size_t size);

// give_stack() where the hot cache is another size's, or full.
void give_stack_slowly(stack_ref stack) noexcept;

// A stack of `size` bytes, rounded up to stack_granule: from the calling thread's cache, else from the
// process-wide pool, else from a new slab.
// Throws std::system_error (ENOMEM) when the kernel gives no more, std::invalid_argument when size is
// out of [1, largest_stack].
[[nodiscard]] inline stack_ref take_stack(std::size_t size) {
  size = (size + stack_granule - 1) & ~(stack_granule - 1);
  if (hot_stacks->size != size || hot_stacks->count == 0) [[unlikely]]
    fill_hot_stacks(size);
  stack_cache& cache = *hot_stacks;
  cache.count = cache.count - 1;
  stack_ref stack = make_stack_ref(cache.free[cache.count], size);
  if (depths_are_measured.load(std::memory_order_relaxed)) [[unlikely]]
    stack.is_measured = clear_stack(stack);
  open_stack(stack);
  return stack;
}

// Gives a stack back, to be taken again soon: its pages stay committed down to the watermark.
inline void give_stack(stack_ref stack) noexcept {
  annotate_reuse(stack.base + stack.guard(), stack.size() - stack.guard());
  if (on_valgrind()) [[unlikely]]
    close_stack(stack);
  else
    trim_if_deep(stack);
  stack_cache& cache = *hot_stacks;
  if (cache.size != stack.size() || cache.count == stack_cache::capacity) [[unlikely]]
    return give_stack_slowly(stack);
  cache.free[cache.count] = stack.base;
  cache.count = cache.count + 1;
}

// Guards the caches that no thread uses.
[[nodiscard]] std::mutex& stack_caches_mutex() noexcept;

// Hands the calling thread's caches to the process-wide pool.
void flush_stack_caches() noexcept;

// Of all stacks of `size` bytes, those that are in some thread's cache.
[[nodiscard]] std::size_t count_cached_stacks(std::size_t size) noexcept;

}  // namespace coir::detail
