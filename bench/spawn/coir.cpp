// A task, spawned and joined.

#include <coir/coir.hpp>

#include "harness/contender.hpp"
#include "spawn/workload.hpp"

namespace {

void run(benchmark::State& state) {
  bench::clear_float_flags();
  bench::spawning::counter ran = 0;
  coir::run([&] { bench::spawning::measure(state, ran, [&] { coir::spawn([&] { ++ran; }).join(); }); });
}

const bench::contender coir_task("spawn/coir", run);

}  // namespace
