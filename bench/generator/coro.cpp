// The minimal runtime's stackless generator in a range-for loop.

#include "rival/coro/generator.hpp"

#include <cstdint>

#include "generator/workload.hpp"
#include "harness/contender.hpp"

namespace {

// Out of line, as if it came from another file: clang sees through a coroutine it can inline and computes the result at
// compile time, which answers another question.
[[gnu::noinline]] bench::coro::generator<std::uint64_t> count_up(std::uint64_t end) {
  for (std::uint64_t i = 0; i < end; ++i) co_yield i;
}

void run(benchmark::State& state) {
  bench::generating::measure(state, [] {
    std::uint64_t sum = 0;
    for (const std::uint64_t i : count_up(bench::generating::numbers)) sum += i;
    return sum;
  });
}

const bench::contender coro("generator/coro", run);

}  // namespace
