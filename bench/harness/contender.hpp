// harness/contender.hpp - puts one contender on the list Google Benchmark runs
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <utility>

namespace bench {

/// Registers a benchmark named `question/contender` or `question/arg/contender`.
///
/// Define one per contender at namespace scope. The name is the whole name: Google Benchmark appends a suffix for
/// settings such as a minimum time or real time, so those are left to its command line.
class contender {
 public:
  template <class Run>
  contender(const std::string& name, Run run) {
    benchmark::RegisterBenchmark(name.c_str(), std::move(run));
  }
};

}  // namespace bench
