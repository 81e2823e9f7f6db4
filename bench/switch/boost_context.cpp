// boost::context::fiber carries no value of its own: both sides share a variable, as its documentation does.

#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>

#include <memory>
#include <utility>

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "switch/workload.hpp"

namespace {

namespace context = boost::context;
using bench::switching::flags;

template <flags Flags>
void run(benchmark::State& state) {
  bench::clear_float_flags();
  void* carried = nullptr;
  context::fiber far(std::allocator_arg, context::fixedsize_stack(bench::stack_size), [&](context::fiber&& near) {
    bench::switching::begin_far_side<Flags>();
    for (;;) {
      carried = bench::switching::add_one(carried);
      near = std::move(near).resume();
    }
    return std::move(near);
  });
  bench::switching::measure(state, [&](void* value) {
    carried = value;
    far = std::move(far).resume();
    return carried;
  });
}

const bench::contender boost_context("switch/boost_context", run<flags::equal>);
const bench::contender boost_context_fp("switch/fp/boost_context", run<flags::differ>);

}  // namespace
