// Boost.Fiber on pooled stacks, with `post`: the new fiber goes to the end of the run queue, as it does everywhere
// else.

#include <boost/fiber/fiber.hpp>
#include <boost/fiber/pooled_fixedsize_stack.hpp>

#include <memory>

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "spawn/workload.hpp"

namespace {

namespace fibers = boost::fibers;

void run(benchmark::State& state) {
  bench::clear_float_flags();
  fibers::pooled_fixedsize_stack stacks(bench::stack_size);
  bench::spawning::counter ran = 0;
  bench::spawning::measure(
      state, ran, [&] { fibers::fiber(fibers::launch::post, std::allocator_arg, stacks, [&] { ++ran; }).join(); });
}

const bench::contender boost_fiber("spawn/boost_fiber", run);

}  // namespace
