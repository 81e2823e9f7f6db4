// test/support/memory.hpp - how much memory this process has, and how little it may be given
#pragma once

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>

namespace support {

/// Bytes of memory in use.
[[nodiscard]] inline std::size_t resident() {
  std::size_t total = 0;
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> total >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Bytes of address space in use.
[[nodiscard]] inline std::size_t reserved() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Lets this process reserve only `more` bytes than it has; the heap has some megabytes in store, for it is
/// stacks that are to run out. For a child process.
inline void limit_address_space(std::size_t more) {
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, -1);
  void* volatile store = std::malloc(std::size_t{16} << 20U);  // volatile: a compiler knows that this does nothing
  std::free(store);
  const rlimit limit{reserved() + more, RLIM_INFINITY};
  ::setrlimit(RLIMIT_AS, &limit);
}

}  // namespace support
