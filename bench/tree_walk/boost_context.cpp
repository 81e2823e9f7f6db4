// boost::context::fiber: the recursion is handed the consumer's fiber and the variable that carries the value.

#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>

#include <cstdint>
#include <memory>
#include <utility>

#include "harness/stack.hpp"
#include "tree_walk/workload.hpp"

namespace {

namespace context = boost::context;
using namespace bench::walking;

void visit(context::fiber& consumer, number& value, node n) {
  if (n.has_children()) visit(consumer, value, n.left());
  value = n.value;
  consumer = std::move(consumer).resume();
  if (n.has_children()) visit(consumer, value, n.right());
}

void run(benchmark::State& state) {
  context::pooled_fixedsize_stack stacks(bench::stack_size);
  measure(state, [&](node root) {
    number value = 0;
    context::fiber producer(std::allocator_arg, stacks, [&](context::fiber&& consumer) {
      visit(consumer, value, root);
      return std::move(consumer);
    });
    std::uint64_t sum = 0;
    // A fiber that has ended converts to false.
    while ((producer = std::move(producer).resume())) sum += value;
    return sum;
  });
}

const bench::contender boost_context = walk("boost_context", run);

}  // namespace
