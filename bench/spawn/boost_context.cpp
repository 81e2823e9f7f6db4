// boost::context::fiber on a pool of stacks: no scheduler, nothing to join.

#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>

#include <memory>
#include <utility>

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "spawn/workload.hpp"

namespace {

namespace context = boost::context;

void run(benchmark::State& state) {
  bench::clear_float_flags();
  context::pooled_fixedsize_stack stacks(bench::stack_size);
  bench::spawning::counter ran = 0;
  bench::spawning::measure(state, ran, [&] {
    context::fiber child(std::allocator_arg, stacks, [&](context::fiber&& parent) {
      ++ran;
      return std::move(parent);
    });
    child = std::move(child).resume();
  });
}

const bench::contender boost_context("spawn/boost_context", run);

}  // namespace
