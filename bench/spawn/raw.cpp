// The limit: a stack from a free list, entered and left by the inlined switch, through the run queue.

#include <memory>

#include "harness/contender.hpp"
#include "rival/raw/scheduler.hpp"
#include "spawn/workload.hpp"

namespace {

void body(void* ran) { ++*static_cast<bench::spawning::counter*>(ran); }

void run(benchmark::State& state) {
  bench::clear_float_flags();
  const auto fibers = std::make_unique<bench::raw::scheduler<>>();
  bench::spawning::counter ran = 0;
  bench::spawning::measure(state, ran, [&] { fibers->join(fibers->spawn(body, &ran)); });
}

const bench::contender raw("spawn/raw", run);

}  // namespace
