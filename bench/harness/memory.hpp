// harness/memory.hpp - what a process takes, as the kernel counts it
#pragma once

#include <cstddef>

namespace bench {

/// Bytes in memory, and bytes of the page tables that lead to them.
struct footprint {
  std::size_t resident = 0;
  std::size_t page_tables = 0;
};

[[nodiscard]] footprint footprint_now();

/// From here on peak_resident() counts.
void forget_peak();

/// The most bytes that have been in memory at once since forget_peak(), give or take some dozens of pages.
[[nodiscard]] std::size_t peak_resident();

/// Mappings of this process, all told (vm.max_map_count is their limit).
[[nodiscard]] std::size_t count_mappings();

/// Bytes that could be had without swapping.
[[nodiscard]] std::size_t available_memory();

/// Lets a child process touch so much memory and end. A hypervisor may have to find each page that a guest touches
/// for the first time, which takes several times as long as the kernel's own work.
void touch_in_advance(std::size_t bytes);

}  // namespace bench
