// An explicit fiber that switches each value to its parent.

#include <coir/fiber.hpp>

#include <cstdint>

#include "generator/workload.hpp"
#include "harness/contender.hpp"

namespace {

void run(benchmark::State& state) {
  bench::generating::measure(state, [] {
    const coir::fiber consumer = coir::fiber::current();
    coir::fiber producer([&] {
      for (std::uint64_t i = 0; i < bench::generating::numbers; ++i) consumer.switch_to(i);
    });
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < bench::generating::numbers; ++i) sum += producer.switch_to<std::uint64_t>();
    return sum;
  });
}

const bench::contender coir_fiber("generator/coir", run);

}  // namespace
