// One mapping that holds many stacks of one size.
#pragma once

#include <cstddef>

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// Maps `count` stacks of `size` bytes and guards them. On failure returns a null base, errno set.
// Slabs are never unmapped: what a burst has used stays reserved, not committed.
[[nodiscard]] std::byte* map_slab(std::size_t size, std::size_t count, std::size_t guard) noexcept;

}  // namespace coir::detail
