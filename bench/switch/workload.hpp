// switch/workload.hpp - one explicit one-way switch that carries a pointer-sized value
//
// One side sends a number, the other adds one and sends it back. One iteration is one switch, so a round trip counts
// twice. With `differ` the far side has done floating-point arithmetic and the near side has not, so that their sticky
// flags differ at every switch, if a side has flags of its own.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

#include "harness/check.hpp"
#include "harness/float_flags.hpp"
#include "harness/repeat.hpp"

namespace bench::switching {

/// The sticky floating-point flags of the two sides.
enum class flags { equal, differ };

/// What the far side does before anything else.
template <flags Flags>
void begin_far_side() {
  if constexpr (Flags == flags::differ) raise_float_flag();
}

/// What the far side does with each value.
inline void* add_one(void* value) { return reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(value) + 1); }

/// Times `round_trip(value)`, which sends a value to the far side and returns what comes back.
template <class RoundTrip>
void measure(benchmark::State& state, RoundTrip round_trip, int round_trips_per_pass = 1000) {
  void* value = nullptr;
  const std::uint64_t passes = repeat(state, 2 * round_trips_per_pass, [&] {
    for (int i = 0; i < round_trips_per_pass; ++i) value = round_trip(value);
  });
  check(reinterpret_cast<std::uintptr_t>(value) == passes * round_trips_per_pass, "one added per round trip");
}

}  // namespace bench::switching
