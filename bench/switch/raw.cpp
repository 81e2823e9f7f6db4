// The limit: an inlined switch that saves what is live and no more.

#include "rival/raw/context.hpp"

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "switch/workload.hpp"

namespace {

using namespace bench::raw;

struct pair {
  context near;
  context far;
};

pair* sides;

void far_side(void* value) {
  for (;;) value = switch_context(sides->far, sides->near, bench::switching::add_one(value));
}

void run(benchmark::State& state) {
  bench::clear_float_flags();
  const bench::stack_slab stacks(1);
  pair both;
  both.far = make_context(stacks.top(0), far_side);
  sides = &both;
  bench::switching::measure(state, [&](void* value) { return switch_context(both.near, both.far, value); });
}

const bench::contender raw("switch/raw", run);

}  // namespace
