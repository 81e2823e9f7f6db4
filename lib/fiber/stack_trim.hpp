// What a deep fiber leaves behind: memory below the watermark, given back when its stack is.
//
// A look at a window of 512 bytes below the watermark tells the deep from the shallow without a system call.
// A stack that was never that deep reads as zeros out of the kernel's one zero page, whose lines stay in the
// L1 cache whatever the stack. Frames of up to 512 bytes cannot miss it, for each has a return address.
// Larger ones can, so samples are looked at exactly, by mincore(2), as stacks leave a thread's cache, and
// now and then within it: where one such stack is found, all of the batch are trimmed.
#pragma once

#include <cstddef>
#include <cstdint>

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// What a free stack may keep, from its top down: what most fibers never exceed, and no more to fault in
// again than a stack is worth.
inline constexpr std::size_t stack_watermark = 16 * 1024;

// Whether a stack that ends at `top`, and is larger than the watermark, seems to have been used beyond it.
[[nodiscard]] inline bool looks_deep(const std::byte* top) noexcept {
  // Spelled as vectors: a loop over words that only -O3 turns into these costs three times as much.
  using two_words [[gnu::may_alias, gnu::vector_size(16)]] = std::uint64_t;
  const auto* end = reinterpret_cast<const two_words*>(top - stack_watermark);
  two_words any{};
#pragma GCC unroll 32
  for (int i = 1; i <= 32; ++i) any |= end[-i];
  return (any[0] | any[1]) != 0;
}

// Gives the memory beyond the watermark back to the kernel. Guards by advice survive it.
void trim_stack(stack_ref stack) noexcept;

// The same for stacks of one size, if a sample of them is found to need it.
void trim_some_stacks(std::size_t size, std::byte* const* bases, std::size_t count) noexcept;

// From `top` of the stack down to the lowest of its pages in memory, within that to its lowest word that is not zero.
[[nodiscard]] std::size_t depth_of(stack_ref stack) noexcept;

}  // namespace coir::detail
