// The stackless generator that delegates to nested ones, as C++23's std::generator does: the consumer resumes the
// innermost one directly. A frame is still made for every node.

#include "rival/coro/recursive_generator.hpp"

#include <cstdint>

#include "tree_walk/workload.hpp"

namespace {

using bench::coro::elements_of;
using namespace bench::walking;

[[gnu::noinline]] bench::coro::recursive_generator<number> visit(node n) {
  if (n.has_children()) co_yield elements_of(visit(n.left()));
  co_yield n.value;
  if (n.has_children()) co_yield elements_of(visit(n.right()));
}

void run(benchmark::State& state) {
  measure(state, [](node root) {
    std::uint64_t sum = 0;
    for (const number n : visit(root)) sum += n;
    return sum;
  });
}

const bench::contender coro_elements_of = walk("coro_elements_of", run);

}  // namespace
