// Boost.Fiber on pooled stacks, with `dispatch`: a new fiber runs at once, and its spawner goes to the end
// of the run queue.

#include "skynet/boost_fiber.hpp"

#include <cstddef>

#include "harness/contender.hpp"

namespace {

void run(benchmark::State& state) {
  constexpr std::size_t bytes_expected = std::size_t{4} << 30;
  bench::skynet::measure_fibers<boost::fibers::launch::dispatch>(state, "boost_fiber_dispatch", bytes_expected);
}

const bench::contender boost_fiber_dispatch("skynet/boost_fiber_dispatch", run);

}  // namespace
