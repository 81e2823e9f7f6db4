// What a deep fiber leaves behind: memory below the watermark, given back when its stack is.
//
// Most of them are told from shallow ones without a system call, by a glance at 256 bytes right below the
// watermark. A stack that was never that deep reads as zeros there, out of the kernel's one zero page, whose
// lines stay in the L1 cache whatever the stack. Frames of up to 256 bytes cannot miss it, for each has a
// return address. Larger ones can, so there are exact looks as well, by mincore(2): a ration of them in each
// tick of the kernel's coarse clock, which is asked when a ration is used up. Within the same tick it stays used
// up for some more fibers, if their stacks are not large, so that a thread that ends many of them seldom reads a
// clock, and one that ends few has nearly every one looked at.
//
// Tasks that run to their end one after another all have the same stack. Where they are deep, giving the
// memory back each time would cost several times what they do; so the stack that was trimmed last, if it is
// not large, is left alone for the rest of the tick.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// What a free stack may keep, from its top down. Measured with glibc 2.36 and libstdc++ 12: snprintf takes
// 5 KiB, a throw 6, getaddrinfo 11, a small std::regex 23.
inline constexpr std::size_t stack_watermark = 32 * 1024;

// 16 times about a microsecond in 4 ms.
inline constexpr std::uint32_t looks_per_tick = 16;

// How many go unlooked at before the clock is asked again, after a ration that did not last for a tick. To ask
// takes some 20 ns.
inline constexpr std::uint32_t unlooked = 16;

// What a thread may keep too much, and up to which size a stack may go unlooked at.
inline constexpr std::size_t largest_kept = 256 * 1024;

// What a thread has left to do in this tick.
struct trim_ration {
  long tick = -1;
  std::uint32_t looks = 0;
  std::uint32_t skips = 1;       // while there are no looks: how many stacks until there may be
  std::byte* trimmed = nullptr;  // the last stack of this tick
};
extern constinit thread_local trim_ration ration [[gnu::tls_model("initial-exec")]];

// Whether a stack that ends at `top`, and is larger than the watermark, seems to have been used beyond it.
[[nodiscard]] inline bool seems_deep(const std::byte* top) noexcept {
  // Spelled as vectors: a loop over words, which only -O3 turns into these, costs three times as much.
  using two_words [[gnu::may_alias, gnu::vector_size(16)]] = std::uint64_t;
  const auto* end = reinterpret_cast<const two_words*>(top - stack_watermark);
  const auto joined = [end]<std::ptrdiff_t... i>(std::integer_sequence<std::ptrdiff_t, i...>) {
    return (end[-1 - i] | ...);
  };
  const two_words any = joined(std::make_integer_sequence<std::ptrdiff_t, 16>());
  return (any[0] | any[1]) != 0;
}

// If there is a look left: trims the stack if it was deep, and takes one off the ration if it was not.
void look_at_stack(stack_ref stack) noexcept;

// Trims the stack, if it is not the one that this thread has just trimmed in this tick.
void trim_unless_hot(stack_ref stack) noexcept;

// Gives the memory beyond the watermark back to the kernel. Guards by advice survive it.
void trim_stack(stack_ref stack) noexcept;

// Gives all of the memory back, the part above the watermark too. False: it is locked.
bool clear_stack(stack_ref stack) noexcept;

inline void trim_if_deep(stack_ref stack) noexcept {
  if (stack.size() <= stack_watermark) return;
  if (seems_deep(stack.top())) [[unlikely]]
    trim_unless_hot(stack);
  else if (ration.looks != 0 || --ration.skips == 0 || stack.size() > largest_kept) [[unlikely]]
    look_at_stack(stack);
}

// trim_stack() for stacks of one shape, if a sample of them is found to need it.
void trim_some_stacks(stack_shape shape, std::byte* const* bases, std::size_t count) noexcept;

// From `top` of the stack down to the lowest of its pages in memory, within that to its lowest word that is not zero.
[[nodiscard]] std::size_t depth_of(stack_ref stack) noexcept;

}  // namespace coir::detail
