// An OS thread for each body.

#include <thread>

#include "harness/contender.hpp"
#include "spawn/workload.hpp"

namespace {

void run(benchmark::State& state) {
  bench::spawning::counter ran = 0;
  bench::spawning::measure(
      state, ran, [&] { std::thread([&] { ++ran; }).join(); }, 1);
}

const bench::contender thread("spawn/thread", run);

}  // namespace
