// The limit: an inlined switch over a ring of ready fibers.

#include <memory>
#include <vector>

#include "harness/contender.hpp"
#include "rival/raw/scheduler.hpp"
#include "yield/workload.hpp"

namespace {

using bench::yielding::circle;

struct run_state {
  run_state(benchmark::State& state, std::int64_t count) : shared(state, count) {}
  circle shared;
  bench::raw::scheduler fibers;
};

void first(void* argument) {
  auto& run = *static_cast<run_state*>(argument);
  bench::yielding::keep_time(run.shared, [&] { run.fibers.yield(); });
}

void other(void* argument) {
  auto& run = *static_cast<run_state*>(argument);
  bench::yielding::follow(run.shared, [&] { run.fibers.yield(); });
}

template <int Fibers>
void run(benchmark::State& state) {
  const auto all = std::make_unique<run_state>(state, Fibers);
  std::vector<bench::raw::scheduler::fiber*> fibers;
  for (int i = 0; i < Fibers; ++i) fibers.push_back(all->fibers.spawn(i == 0 ? first : other, all.get()));
  for (auto* f : fibers) all->fibers.join(f);
  all->shared.check_fairness();
}

const bench::contender two("yield/2/raw", run<2>);
const bench::contender thousand("yield/1000/raw", run<1000>);

}  // namespace
