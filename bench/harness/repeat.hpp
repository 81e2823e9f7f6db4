// harness/repeat.hpp - the timed loop of a question that is asked from one place
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

#include "harness/float_flags.hpp"

namespace bench {

/// Runs `pass` as often as Google Benchmark asks for and returns how often that was.
///
/// One pass stands for `iterations` iterations. A pass of some thousand nanoseconds keeps the cost of Google
/// Benchmark's own loop out of the figure.
template <class Pass>
std::uint64_t repeat(benchmark::State& state, std::int64_t iterations, Pass pass) {
  std::uint64_t passes = 0;
  while (state.KeepRunningBatch(iterations)) {
    clear_float_flags();
    pass();
    ++passes;
  }
  return passes;
}

}  // namespace bench
