// Explicit fibers: a switch to a child brings its result back.

#include <coir/fiber.hpp>

#include "harness/contender.hpp"
#include "skynet/workload.hpp"

namespace {

using namespace bench::skynet;

number sum_of(part all) {
  if (all.is_leaf()) return all.first;
  number sum = 0;
  for (int i = 0; i < fan_out; ++i) {
    coir::fiber child([below = all.child(i)] { return sum_of(below); });
    sum += child.switch_to<number>();
  }
  return sum;
}

void run(benchmark::State& state) { measure(state, "coir_fiber", 0, sum_of); }

const bench::contender coir_fiber("skynet/coir_fiber", run);

}  // namespace
