// The limit: an inlined switch in the midst of the recursion. The value travels in a register; no node is 0, which
// tells the end.

#include "rival/raw/context.hpp"

#include <cstdint>

#include "harness/stack.hpp"
#include "tree_walk/workload.hpp"

namespace {

using namespace bench::raw;
using namespace bench::walking;

context consumer;
context producer;
node top;

void hand_out(number value) { switch_context(producer, consumer, reinterpret_cast<void*>(std::uintptr_t{value})); }

void visit(node n) {
  if (n.has_children()) visit(n.left());
  hand_out(n.value);
  if (n.has_children()) visit(n.right());
}

void visit_all(void*) {
  visit(top);
  for (;;) hand_out(0);
}

void run(benchmark::State& state) {
  const bench::stack_slab stacks(1);
  measure(state, [&](node root) {
    top = root;
    producer = make_context(stacks.top(0), visit_all);
    std::uint64_t sum = 0;
    while (const auto value = reinterpret_cast<std::uintptr_t>(switch_context(consumer, producer, nullptr)))
      sum += value;
    return sum;
  });
}

const bench::contender raw = walk("raw", run);

}  // namespace
