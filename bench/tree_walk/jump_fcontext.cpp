// Boost.Context's assembly with nothing around it. A node travels as the pointer; none is 0, which tells the end.

#include <boost/context/detail/fcontext.hpp>

#include <cstdint>

#include "harness/stack.hpp"
#include "tree_walk/workload.hpp"

namespace {

using namespace boost::context::detail;
using namespace bench::walking;

void visit(fcontext_t& consumer, node n) {
  if (n.has_children()) visit(consumer, n.left());
  consumer = jump_fcontext(consumer, reinterpret_cast<void*>(std::uintptr_t{n.value})).fctx;
  if (n.has_children()) visit(consumer, n.right());
}

void visit_all(transfer_t arrived) {
  visit(arrived.fctx, *static_cast<const node*>(arrived.data));
  jump_fcontext(arrived.fctx, nullptr);
}

void run(benchmark::State& state) {
  const bench::stack_slab stacks(1);
  measure(state, [&](node root) {
    transfer_t producer{make_fcontext(stacks.top(0), bench::stack_size, visit_all), nullptr};
    std::uint64_t sum = 0;
    for (;;) {
      producer = jump_fcontext(producer.fctx, &root);
      if (producer.data == nullptr) return sum;
      sum += reinterpret_cast<std::uintptr_t>(producer.data);
    }
  });
}

const bench::contender jump = walk("jump_fcontext", run);

}  // namespace
