// The stackless generator, recursive: each level is a generator of its own that yields on what the one below it yields,
// so a value passes through every level above its node.

#include "rival/coro/generator.hpp"

#include <cstdint>

#include "tree_walk/workload.hpp"

namespace {

using namespace bench::walking;

[[gnu::noinline]] bench::coro::generator<number> visit(node n) {
  if (n.has_children())
    for (const number below : visit(n.left())) co_yield below;
  co_yield n.value;
  if (n.has_children())
    for (const number below : visit(n.right())) co_yield below;
}

void run(benchmark::State& state) {
  measure(state, [](node root) {
    std::uint64_t sum = 0;
    for (const number n : visit(root)) sum += n;
    return sum;
  });
}

const bench::contender coro = walk("coro", run);

}  // namespace
