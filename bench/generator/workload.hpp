// generator/workload.hpp - a flat generator of 64-bit integers
//
// One pass makes a generator of a million numbers and adds them up, so making it does not show. One iteration is one
// number.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

#include "harness/check.hpp"
#include "harness/repeat.hpp"

namespace bench::generating {

constexpr std::uint64_t numbers = 1'000'000;

/// Times `sum()`, which generates 0 .. numbers-1 and adds them up.
template <class Sum>
void measure(benchmark::State& state, Sum sum) {
  clear_float_flags();
  repeat(state, numbers, [&] { check(sum() == numbers * (numbers - 1) / 2, "the sum of all numbers"); });
}

}  // namespace bench::generating
