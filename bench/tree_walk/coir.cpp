// coir's generator: the recursion is an ordinary function that is handed the yielder.

#include <coir/fiber.hpp>

#include <cstdint>

#include "tree_walk/workload.hpp"

namespace {

using namespace bench::walking;

void visit(coir::yielder<number>& y, node n) {
  if (n.has_children()) visit(y, n.left());
  y(n.value);
  if (n.has_children()) visit(y, n.right());
}

void run(benchmark::State& state) {
  measure(state, [](node root) {
    coir::generator<number> walk([root](auto& y) { visit(y, root); });
    std::uint64_t sum = 0;
    for (const number n : walk) sum += n;
    return sum;
  });
}

const bench::contender coir_generator = walk("coir", run);

}  // namespace
