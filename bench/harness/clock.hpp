// harness/clock.hpp - the clock of everything Google Benchmark does not time itself
#pragma once

#include <chrono>
#include <cstdint>

namespace bench {

/// Nanoseconds since some fixed point in the past.
inline std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

}  // namespace bench
