// The limit: an inlined switch that saves what is live and no more.

#include "rival/raw/context.hpp"

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "switch/workload.hpp"

namespace {

using namespace bench::raw;
using bench::switching::flags;

struct pair {
  context near;
  context far;
};

pair* sides;

template <flags Flags>
void far_side(void* value) {
  bench::switching::begin_far_side<Flags>();
  for (;;) value = switch_context(sides->far, sides->near, bench::switching::add_one(value));
}

template <flags Flags>
void run(benchmark::State& state) {
  bench::clear_float_flags();
  const bench::stack_slab stacks(1);
  pair both;
  both.far = make_context(stacks.top(0), far_side<Flags>);
  sides = &both;
  bench::switching::measure(state, [&](void* value) { return switch_context(both.near, both.far, value); });
}

const bench::contender raw("switch/raw", run<flags::equal>);
const bench::contender raw_fp("switch/fp/raw", run<flags::differ>);

}  // namespace
