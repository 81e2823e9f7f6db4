// As `coir`, but the far side finds its way back through its parent, as a body that was handed no handle does.

#include <coir/fiber.hpp>

#include "harness/contender.hpp"
#include "switch/workload.hpp"

namespace {

void run(benchmark::State& state) {
  bench::clear_float_flags();
  coir::fiber far([](void* value) {
    for (;;) value = coir::fiber::current().parent().switch_to<void*>(bench::switching::add_one(value));
  });
  bench::switching::measure(state, [&](void* value) { return far.switch_to<void*>(value); });
}

const bench::contender coir_via_parent("switch/coir_via_parent", run);

}  // namespace
