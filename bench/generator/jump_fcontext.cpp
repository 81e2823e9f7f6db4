// Boost.Context's assembly with nothing around it: hands out the address of each value, and null at the end.

#include <boost/context/detail/fcontext.hpp>

#include <cstdint>

#include "generator/workload.hpp"
#include "harness/contender.hpp"
#include "harness/stack.hpp"

namespace {

using namespace boost::context::detail;

void count_up(transfer_t consumer) {
  for (std::uint64_t i = 0; i < bench::generating::numbers; ++i) consumer = jump_fcontext(consumer.fctx, &i);
  jump_fcontext(consumer.fctx, nullptr);
}

void run(benchmark::State& state) {
  const bench::stack_slab stacks(1);
  bench::generating::measure(state, [&] {
    transfer_t producer{make_fcontext(stacks.top(0), bench::stack_size, count_up), nullptr};
    std::uint64_t sum = 0;
    for (;;) {
      producer = jump_fcontext(producer.fctx, nullptr);
      if (producer.data == nullptr) return sum;
      sum += *static_cast<std::uint64_t*>(producer.data);
    }
  });
}

const bench::contender jump("generator/jump_fcontext", run);

}  // namespace
