// <coir/fiber/stack_stats.hpp> - what the stacks of all fibers take, and how deep fibers go
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <coir/base/api.hpp>

namespace coir {

/// The stacks of the process at one moment, and the depths that were measured until then.
///
/// While other threads make and end fibers, the figures are of slightly different moments.
struct stack_report {
  enum class guard_kind : std::uint8_t {
    advice,      // MADV_GUARD_INSTALL: no mapping of its own
    protection,  // mprotect(2): two mappings a stack
  };

  /// The stacks of one size. in_use + pooled = mapped.
  struct size_row {
    std::size_t stack_size = 0;  // bytes, guard included
    std::size_t mapped = 0;      // stacks
    std::size_t in_use = 0;      // of fibers that have not ended
    std::size_t pooled = 0;      // free, with a thread or with the process
  };

  /// The fibers of one name that have ended, and those of the calling thread that have not. Only those that
  /// were started while depths were measured.
  struct name_row {
    std::string name;  // the fiber's name at its end; empty: fibers without one
    std::uint64_t fibers = 0;
    std::size_t deepest = 0;     // bytes, from the top of the stack down to the lowest word in use
    std::size_t stack_size = 0;  // the largest that one of them had
    std::size_t suggested = 0;   // a stack_size with room for half as much again and a signal's frame
  };

  guard_kind guards = guard_kind::advice;
  std::size_t mapped = 0;          // bytes of address space, with a page between one stack and the next
  std::size_t in_use = 0;          // bytes of it
  std::size_t pooled = 0;          // bytes of it
  std::size_t resident = 0;        // bytes of it in memory; 0 where /proc/self/smaps cannot be read
  std::size_t slabs = 0;           // pieces that it was mapped in
  std::size_t mappings = 0;        // as which the kernel counts them (vm.max_map_count); 0 as above
  std::size_t control_blocks = 0;  // bytes of the fibers' control blocks, free ones included
  std::vector<size_row> sizes;
  std::vector<name_row> names;  // by name
  name_row others;              // all fibers whose name came after the first 256
};

/// What the stacks take now.
///
/// Threads:  any
/// Cost:     reads /proc/self/smaps: a millisecond, more with many mappings or much memory
[[nodiscard]] COIR_API stack_report stack_stats();

/// Turns the measuring of depths on or off, for fibers that start from now on. Off at first; turned on, it
/// forgets what was measured before.
///
/// For choosing stack sizes by figures instead of guesses: run a load, then look at stack_stats().names.
/// Memory that was swapped out is not seen, and a fiber whose stack is locked in memory is not measured.
///
/// Threads:  any
/// Returns:  whether it was on before
/// Cost:     of each measured fiber: a madvise(2) at its start, a mincore(2) at its end, and the page faults
///           of a stack that is never warm; some microseconds
COIR_API bool measure_stacks(bool on) noexcept;

/// A table for people.
[[nodiscard]] COIR_API std::string to_string(const stack_report& report);
COIR_API std::ostream& operator<<(std::ostream& out, const stack_report& report);

}  // namespace coir
