// Stackless tasks that yield to the minimal runtime's scheduler.

#include "rival/coro/scheduler.hpp"

#include <iterator>
#include <vector>

#include "harness/contender.hpp"
#include "yield/workload.hpp"

namespace {

using namespace bench::coro;
using bench::yielding::circle;

// keep_time and follow, in the colour that can suspend.
task<> keep_time(circle& shared) {
  for (int i = 0; i < circle::warm_up; ++i) co_await yield();
  const std::int64_t rounds = shared.rounds_per_pass();
  while (shared.next_pass())
    for (std::int64_t i = 0; i < rounds; ++i) co_await yield();
}

task<> follow(circle& shared) {
  std::int64_t yields = 0;
  for (; !shared.over(); ++yields) co_await yield();
  shared.add(yields);
}

template <int Fibers>
void run(benchmark::State& state) {
  circle shared(state, Fibers);
  scheduler home;
  std::vector<joinable<void>> tasks;
  tasks.push_back(spawn(keep_time(shared)));
  while (std::ssize(tasks) < shared.fibers()) tasks.push_back(spawn(follow(shared)));
  home.run();
  shared.check_fairness();
}

const bench::contender two("yield/2/coro", run<2>);
const bench::contender thousand("yield/1000/coro", run<1000>);
const bench::contender many("yield/100000/coro", run<100'000>);

}  // namespace
