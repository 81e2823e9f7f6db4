// with_timeout/workload.hpp - a limit of a second around a call that returns at once
//
// What a library has to do in any case is to learn when that second ends, so the limit is one reading of the clock.
// One iteration is one such call.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>

#include "harness/check.hpp"
#include "harness/repeat.hpp"

namespace bench::timeouts {

using counter = std::uint64_t;
constexpr std::chrono::seconds enough{1};

/// What is called: too little to wait for, and not to be inlined away.
[[gnu::noinline]] inline void answer(counter& calls) {
  ++calls;
  asm volatile("" : : : "memory");
}

/// Times `limited(calls)`, which calls `answer` under a limit.
template <class Limited>
void measure(benchmark::State& state, Limited limited) {
  constexpr int per_pass = 64;
  counter calls = 0;
  const std::uint64_t passes = repeat(state, per_pass, [&] {
    for (int i = 0; i < per_pass; ++i) limited(calls);
  });
  check(calls == passes * per_pass, "every call to be made");
}

}  // namespace bench::timeouts
