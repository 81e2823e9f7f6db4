// Two explicit fibers that hold each other's handle.

#include <coir/fiber.hpp>

#include "harness/contender.hpp"
#include "switch/workload.hpp"

namespace {

using bench::switching::flags;

template <flags Flags>
void run(benchmark::State& state) {
  bench::clear_float_flags();
  coir::fiber near = coir::fiber::current();
  coir::fiber far([&](void* value) {
    bench::switching::begin_far_side<Flags>();
    for (;;) value = near.switch_to<void*>(bench::switching::add_one(value));
  });
  bench::switching::measure(state, [&](void* value) { return far.switch_to<void*>(value); });
}

const bench::contender coir_fiber("switch/coir", run<flags::equal>);
const bench::contender coir_fp("switch/fp/coir", run<flags::differ>);

}  // namespace
