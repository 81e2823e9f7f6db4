// harness/smoke.hpp - whether figures are wanted at all
#pragma once

namespace bench {

/// True when every benchmark is to run once for the sake of its checks: `--benchmark_min_time=0`. What is slow by its
/// size is smaller then.
inline bool only_checks = false;

}  // namespace bench
