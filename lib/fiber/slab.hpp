// One mapping that holds many stacks of one size.
#pragma once

#include <cstddef>

#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/stack_stats.hpp>

namespace coir::detail {

using guard_kind = stack_report::guard_kind;

// How guards are made here: probed once, by whether a system call may touch a guarded page. The environment
// variable COIR_STACK_GUARDS=mprotect chooses the second kind, for tests and for tools that do not know the first.
[[nodiscard]] guard_kind guards() noexcept;

// From one stack to the next. One page more than a stack, since stacks are powers of two: tops 64 pages
// apart share a few sets of the second-level TLB, and 1,000 fibers that take turns miss it at every switch.
[[nodiscard]] constexpr std::size_t stride_of(std::size_t size) noexcept { return size + stack_shape::unit; }

// Makes every access to these pages fault. False, and errno set: it could not.
bool guard_range(std::byte* at, std::size_t size) noexcept;

struct slab {
  std::byte* base;
  std::size_t bytes;
};

// Maps `count` stacks of `shape`, the first at the returned address, and guards the lowest bytes of each. On
// failure returns nullptr, errno set.
// Slabs are never unmapped: what a burst has used stays reserved, not committed.
[[nodiscard]] std::byte* map_slab(stack_shape shape, std::size_t count) noexcept;

}  // namespace coir::detail
