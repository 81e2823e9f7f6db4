// Boost.Fiber on pooled stacks, with `post`: a new fiber goes to the end of the run queue, so that all of a level are
// alive before the next begins.

#include "skynet/boost_fiber.hpp"

#include <cstddef>

#include "harness/contender.hpp"

namespace {

void run(benchmark::State& state) {
  constexpr std::size_t bytes_expected = std::size_t{10} << 30;
  bench::skynet::measure_fibers<boost::fibers::launch::post>(state, "boost_fiber", bytes_expected);
}

const bench::contender boost_fiber("skynet/boost_fiber", run);

}  // namespace
