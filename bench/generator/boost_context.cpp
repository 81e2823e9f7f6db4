// boost::context::fiber with the value in a variable of the consumer, as its documentation does.

#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>

#include <cstdint>
#include <memory>
#include <utility>

#include "generator/workload.hpp"
#include "harness/contender.hpp"
#include "harness/stack.hpp"

namespace {

namespace context = boost::context;

void run(benchmark::State& state) {
  context::pooled_fixedsize_stack stacks(bench::stack_size);
  bench::generating::measure(state, [&] {
    std::uint64_t value = 0;
    context::fiber producer(std::allocator_arg, stacks, [&](context::fiber&& consumer) {
      for (std::uint64_t i = 0; i < bench::generating::numbers; ++i) {
        value = i;
        consumer = std::move(consumer).resume();
      }
      return std::move(consumer);
    });
    std::uint64_t sum = 0;
    // A fiber that has ended converts to false.
    while ((producer = std::move(producer).resume())) sum += value;
    return sum;
  });
}

const bench::contender boost_context("generator/boost_context", run);

}  // namespace
