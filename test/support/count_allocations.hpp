// Counts what this program allocates: replaces operator new and delete, so one source of a program defines
// COIR_COUNTS_ALLOCATIONS before it includes this, and the others only read the count.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

#include "nothing_left.hpp"

namespace support {

inline std::atomic<long> allocations = 0;

// The base of tests that count: skipped where sanitizers bring their own operators.
class counts_allocations : public nothing_left {
 protected:
  void SetUp() override {
    const long before = allocations;
    delete std::launder(new int(1));
    if (allocations == before) GTEST_SKIP() << "allocations are not counted here";
  }
};

}  // namespace support

#if defined(COIR_COUNTS_ALLOCATIONS) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__clang__)
// Out of line: a compiler that sees free() where it knows of operator new warns of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++support::allocations;
  if (void* p = std::malloc(size ? size : 1)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
#endif
