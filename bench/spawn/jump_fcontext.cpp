// make_fcontext and one jump there and back on a stack that is reused: no scheduler, nothing to join.

#include <boost/context/detail/fcontext.hpp>

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "spawn/workload.hpp"

namespace {

using namespace boost::context::detail;

void body(transfer_t arrived) {
  ++*static_cast<bench::spawning::counter*>(arrived.data);
  jump_fcontext(arrived.fctx, nullptr);
}

void run(benchmark::State& state) {
  bench::clear_float_flags();
  const bench::stack_slab stacks(1);
  bench::spawning::counter ran = 0;
  bench::spawning::measure(state, ran,
                           [&] { jump_fcontext(make_fcontext(stacks.top(0), bench::stack_size, body), &ran); });
}

const bench::contender jump("spawn/jump_fcontext", run);

}  // namespace
