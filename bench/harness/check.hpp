// harness/check.hpp - results are checked even where assertions are off
#pragma once

#include <cstdio>
#include <cstdlib>

namespace bench {

/// Ends the process with a message unless `holds`: a figure measured on a wrong result is worth nothing.
inline void check(bool holds, const char* expectation) {
  if (!holds) [[unlikely]] {
    std::fprintf(stderr, "bench: wrong result: expected %s\n", expectation);
    std::abort();
  }
}

/// As `check`, for calls that report through errno.
inline void check_call(bool succeeded, const char* call) {
  if (!succeeded) [[unlikely]] {
    std::perror(call);
    std::abort();
  }
}

}  // namespace bench
