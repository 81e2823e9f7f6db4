// skynet/boost_fiber.hpp - the tree in Boost.Fiber, for both of its ways to launch
#pragma once

#include <boost/fiber/fiber.hpp>
#include <boost/fiber/pooled_fixedsize_stack.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "harness/stack.hpp"
#include "skynet/workload.hpp"

namespace bench::skynet {

template <boost::fibers::launch Launch>
number sum_of(boost::fibers::pooled_fixedsize_stack& stacks, part all) {
  if (all.is_leaf()) return all.first;
  // Results go where the parent awaits them: a future would cost a shared state and a mutex more.
  std::array<number, fan_out> results;
  std::array<boost::fibers::fiber, fan_out> children;
  for (int i = 0; i < fan_out; ++i)
    children[i] = boost::fibers::fiber(
        Launch, std::allocator_arg, stacks,
        [&stacks, below = all.child(i), &result = results[i]] { result = sum_of<Launch>(stacks, below); });
  number sum = 0;
  for (int i = 0; i < fan_out; ++i) {
    children[i].join();
    sum += results[i];
  }
  return sum;
}

template <boost::fibers::launch Launch>
void measure_fibers(benchmark::State& state, const std::string& name, std::size_t bytes_expected) {
  // At most a gigabyte of addresses from malloc at a time: by default the pool doubles what it asks for, which the
  // kernel refuses once it is more than there is memory.
  boost::fibers::pooled_fixedsize_stack stacks(stack_size, 32, 4096);
  measure(state, name, bytes_expected, [&](part all) { return sum_of<Launch>(stacks, all); });
}

}  // namespace bench::skynet
