// Boost.Fiber with its default round-robin scheduler and pooled stacks.

#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>
#include <boost/fiber/pooled_fixedsize_stack.hpp>

#include <iterator>
#include <memory>
#include <vector>

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "yield/workload.hpp"

namespace {

using bench::yielding::circle;

template <int Fibers>
void run(benchmark::State& state) {
  circle shared(state, Fibers);
  const auto yield = [] { boost::this_fiber::yield(); };
  // At most a gigabyte of addresses from malloc at a time: by default the pool doubles what it asks for, which the
  // kernel refuses once it is more than there is memory.
  boost::fibers::pooled_fixedsize_stack stacks(bench::stack_size, 32, 4096);
  std::vector<boost::fibers::fiber> fibers;
  fibers.emplace_back(std::allocator_arg, stacks, [&] { keep_time(shared, yield); });
  while (std::ssize(fibers) < shared.fibers())
    fibers.emplace_back(std::allocator_arg, stacks, [&] { follow(shared, yield); });
  for (auto& f : fibers) f.join();
  shared.check_fairness();
}

const bench::contender two("yield/2/boost_fiber", run<2>);
const bench::contender thousand("yield/1000/boost_fiber", run<1000>);
const bench::contender many("yield/100000/boost_fiber", run<100'000>);

}  // namespace
