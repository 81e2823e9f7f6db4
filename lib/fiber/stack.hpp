// Stacks: slots of large mappings ("slabs"), each with a guard at its lower end, pooled LIFO.
//
// A slab is one mapping for many stacks, so a million of them need a handful of VMAs; its pages are
// committed as they are touched. Guards are installed by MADV_GUARD_INSTALL (Linux 6.13), which costs no
// VMA and survives MADV_DONTNEED, in place of mprotect, which costs two VMAs a stack and so ends near
// 32,000 of them at the default vm.max_map_count.
#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>

#include <coir/fiber/detail/control.hpp>

#include "annotations.hpp"

namespace coir::detail {

inline constexpr std::size_t stack_granule = 16 * 1024;
inline constexpr std::size_t largest_stack = std::size_t{1} << 30;
inline constexpr std::size_t largest_guard = 64 * 1024;

enum class guard_kind { advice, protection };

// The last stacks that this thread gave back, all of the size that it used last.
struct stack_cache {
  static constexpr std::size_t capacity = 256;
  std::size_t size = 0;
  std::size_t count = 0;
  std::byte* free[capacity] = {};
};
extern constinit thread_local stack_cache cached_stacks [[gnu::tls_model("initial-exec")]];

[[nodiscard]] inline stack_ref make_stack_ref(std::byte* base, std::size_t size) noexcept {
  stack_ref s;
  s.base = base;
  s.size_units = size / stack_ref::unit;
  s.guard_units = std::min(size / 4, largest_guard) / stack_ref::unit;
  return s;
}

void refill_stack_cache(std::size_t size);
void spill_stack_cache(std::size_t size) noexcept;

// A stack of `size` bytes, rounded up to stack_granule: from the calling thread's cache, else from the
// process-wide pool, else from a new slab.
// Throws std::system_error (ENOMEM) when the kernel gives no more, std::invalid_argument when size is
// out of [1, largest_stack].
[[nodiscard]] inline stack_ref take_stack(std::size_t size) {
  size = (size + stack_granule - 1) & ~(stack_granule - 1);
  if (cached_stacks.size != size || cached_stacks.count == 0) [[unlikely]]
    refill_stack_cache(size);
  return make_stack_ref(cached_stacks.free[--cached_stacks.count], size);
}

// Gives a stack back, to be taken again soon: its pages stay committed.
inline void give_stack(stack_ref stack) noexcept {
  annotate_reuse(stack.base + stack.guard(), stack.size() - stack.guard());
  if (cached_stacks.size != stack.size() || cached_stacks.count == stack_cache::capacity) [[unlikely]]
    spill_stack_cache(stack.size());
  cached_stacks.free[cached_stacks.count++] = stack.base;
}

// Guards the process-wide pool.
[[nodiscard]] std::mutex& stack_pool_mutex() noexcept;

// Hands the calling thread's cache to the process-wide pool.
void flush_stack_cache() noexcept;

// How guards are made here: probed once, by whether a system call may touch a guarded page.
[[nodiscard]] guard_kind guards() noexcept;

}  // namespace coir::detail
