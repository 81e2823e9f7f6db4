// Boost.Context's assembly with nothing around it.

#include <boost/context/detail/fcontext.hpp>

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "switch/workload.hpp"

namespace {

using namespace boost::context::detail;
using bench::switching::flags;

template <flags Flags>
void far_side(transfer_t arrived) {
  bench::switching::begin_far_side<Flags>();
  for (;;) arrived = jump_fcontext(arrived.fctx, bench::switching::add_one(arrived.data));
}

template <flags Flags>
void run(benchmark::State& state) {
  bench::clear_float_flags();
  const bench::stack_slab stacks(1);
  fcontext_t far = make_fcontext(stacks.top(0), bench::stack_size, far_side<Flags>);
  bench::switching::measure(state, [&](void* value) {
    const transfer_t back = jump_fcontext(far, value);
    far = back.fctx;
    return back.data;
  });
}

const bench::contender jump("switch/jump_fcontext", run<flags::equal>);
const bench::contender jump_fp("switch/fp/jump_fcontext", run<flags::differ>);

}  // namespace
