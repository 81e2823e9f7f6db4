// Tasks that yield to the scheduler.

#include <coir/coir.hpp>

#include <iterator>
#include <vector>

#include "harness/contender.hpp"
#include "yield/workload.hpp"

namespace {

using bench::yielding::circle;

template <int Fibers>
void run(benchmark::State& state) {
  circle shared(state, Fibers);
  // Inlined, as it is where a program calls it: a wrapper that stays a function pays a mispredicted return.
  const auto yield = []() __attribute__((always_inline)) { coir::yield(); };
  coir::run([&] {
    std::vector<coir::task<void>> tasks;
    tasks.push_back(coir::spawn([&] { keep_time(shared, yield); }));
    while (std::ssize(tasks) < shared.fibers()) tasks.push_back(coir::spawn([&] { follow(shared, yield); }));
    for (auto& t : tasks) t.join();
  });
  shared.check_fairness();
}

const bench::contender two("yield/2/coir", run<2>);
const bench::contender thousand("yield/1000/coir", run<1000>);
const bench::contender many("yield/100000/coir", run<100'000>);

}  // namespace
