// Boost.Context's assembly with nothing around it.

#include <boost/context/detail/fcontext.hpp>

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "switch/workload.hpp"

namespace {

using namespace boost::context::detail;

void far_side(transfer_t arrived) {
  for (;;) arrived = jump_fcontext(arrived.fctx, bench::switching::add_one(arrived.data));
}

void run(benchmark::State& state) {
  bench::clear_float_flags();
  const bench::stack_slab stacks(1);
  fcontext_t far = make_fcontext(stacks.top(0), bench::stack_size, far_side);
  bench::switching::measure(state, [&](void* value) {
    const transfer_t back = jump_fcontext(far, value);
    far = back.fctx;
    return back.data;
  });
}

const bench::contender jump("switch/jump_fcontext", run);

}  // namespace
