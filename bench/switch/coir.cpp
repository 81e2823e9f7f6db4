// Two explicit fibers that hold each other's handle.

#include <coir/fiber.hpp>

#include "harness/contender.hpp"
#include "switch/workload.hpp"

namespace {

void run(benchmark::State& state) {
  bench::clear_float_flags();
  coir::fiber near = coir::fiber::current();
  coir::fiber far([&](void* value) {
    for (;;) value = near.switch_to<void*>(bench::switching::add_one(value));
  });
  bench::switching::measure(state, [&](void* value) { return far.switch_to<void*>(value); });
}

const bench::contender coir_fiber("switch/coir", run);

}  // namespace
