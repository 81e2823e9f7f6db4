// The limit: an inlined switch over a ring of ready fibers.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "harness/contender.hpp"
#include "rival/raw/scheduler.hpp"
#include "yield/workload.hpp"

namespace {

using bench::yielding::circle;

template <int Fibers>
struct run_state {
  explicit run_state(benchmark::State& state) : shared(state, Fibers) {}
  circle shared;
  bench::raw::scheduler<std::bit_ceil(std::max(1024u, unsigned{Fibers}))> fibers;
};

template <int Fibers>
void first(void* argument) {
  auto& run = *static_cast<run_state<Fibers>*>(argument);
  bench::yielding::keep_time(run.shared, [&] { run.fibers.yield(); });
}

template <int Fibers>
void other(void* argument) {
  auto& run = *static_cast<run_state<Fibers>*>(argument);
  bench::yielding::follow(run.shared, [&] { run.fibers.yield(); });
}

template <int Fibers>
void run(benchmark::State& state) {
  const auto all = std::make_unique<run_state<Fibers>>(state);
  std::vector<typename decltype(all->fibers)::fiber*> fibers;
  for (std::int64_t i = 0; i < all->shared.fibers(); ++i)
    fibers.push_back(all->fibers.spawn(i == 0 ? first<Fibers> : other<Fibers>, all.get()));
  for (auto* f : fibers) all->fibers.join(f);
  all->shared.check_fairness();
}

const bench::contender two("yield/2/raw", run<2>);
const bench::contender thousand("yield/1000/raw", run<1000>);
const bench::contender many("yield/100000/raw", run<100'000>);

}  // namespace
