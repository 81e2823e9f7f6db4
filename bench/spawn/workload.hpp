// spawn/workload.hpp - create something that runs by itself, let it run to its end, join it
//
// One at a time, so every contender that keeps its stacks or frames finds the last one warm. The body only counts,
// which shows that it ran.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

#include "harness/check.hpp"
#include "harness/repeat.hpp"

namespace bench::spawning {

/// Counts the bodies that ran.
using counter = std::uint64_t;

/// Times `spawn_and_join()`, whose body adds one to `ran`.
template <class SpawnAndJoin>
void measure(benchmark::State& state, const counter& ran, SpawnAndJoin spawn_and_join, int spawns_per_pass = 100) {
  const counter before = ran;
  const std::uint64_t passes = repeat(state, spawns_per_pass, [&] {
    for (int i = 0; i < spawns_per_pass; ++i) spawn_and_join();
  });
  check(ran - before == passes * spawns_per_pass, "every body to run once");
}

}  // namespace bench::spawning
