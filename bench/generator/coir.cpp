// coir's generator in a range-for loop.

#include <coir/fiber.hpp>

#include <cstdint>

#include "generator/workload.hpp"
#include "harness/contender.hpp"

namespace {

void run(benchmark::State& state) {
  bench::generating::measure(state, [] {
    coir::generator<std::uint64_t> numbers([](auto& y) {
      for (std::uint64_t i = 0; i < bench::generating::numbers; ++i) y(i);
    });
    std::uint64_t sum = 0;
    for (const std::uint64_t i : numbers) sum += i;
    return sum;
  });
}

const bench::contender coir_generator("generator/coir", run);

}  // namespace
