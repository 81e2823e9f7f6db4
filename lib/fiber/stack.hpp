// Stacks: slots of large mappings ("slabs"), each with a guard at its lower end, pooled LIFO.
//
// A slab is one mapping for many stacks, so a million of them need a handful of VMAs; its pages are
// committed as they are touched. Guards are installed by MADV_GUARD_INSTALL (Linux 6.13), which costs no
// VMA and survives MADV_DONTNEED, in place of mprotect, which costs two VMAs a stack and so ends near
// 32,000 of them at the default vm.max_map_count.
#pragma once

#include <cstddef>

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

inline constexpr std::size_t stack_granule = 16 * 1024;
inline constexpr std::size_t largest_stack = std::size_t{1} << 30;

enum class guard_kind { advice, protection };

// A stack of `size` bytes, rounded up to stack_granule: from the calling thread's cache, else from the
// process-wide pool, else from a new slab.
// Throws std::system_error (ENOMEM) when the kernel gives no more, std::invalid_argument when size is
// out of [1, largest_stack].
[[nodiscard]] stack_ref take_stack(std::size_t size);

// Gives a stack back, to be taken again soon: its pages stay committed.
void give_stack(stack_ref stack) noexcept;

// Hands the calling thread's cache to the process-wide pool.
void flush_stack_cache() noexcept;

// How guards are made here: probed once, by whether a system call may touch a guarded page.
[[nodiscard]] guard_kind guards() noexcept;

}  // namespace coir::detail
