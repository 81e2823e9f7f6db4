// <coir/fiber/fiber_options.hpp> - what may be chosen for a new fiber
#pragma once

#include <cstddef>
#include <string_view>

namespace coir {

/// How to make a fiber: `coir::fiber big({.stack_size = 1 << 20, .name = "parser"}, fn);`
struct fiber_options {
  /// Bytes of address space for the stack, its guard included: a quarter, at most 64 KiB, of it faults.
  /// Rounded up to 16 KiB; at least 16 KiB, at most 1 GiB. Memory is committed page by page as it is touched.
  std::size_t stack_size = 256 * 1024;
  /// Shown in errors and dumps; copied. Empty: none.
  std::string_view name = {};
  /// Whether rounding mode, exception masks and x87 precision are the fiber's own, at first those of whoever
  /// makes it. Else they are the thread's, and what one fiber sets holds for all (doc/caveats.md). The sticky
  /// exception flags are never a fiber's. Each of its switches takes the long way, some 20 ns more.
  bool own_fp_env = false;
};

}  // namespace coir
