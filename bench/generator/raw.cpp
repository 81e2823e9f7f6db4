// The limit: a generator on the inlined switch. The value travels in a register; a flag tells the end.

#include "rival/raw/context.hpp"

#include <cstdint>

#include "generator/workload.hpp"
#include "harness/contender.hpp"
#include "harness/stack.hpp"

namespace {

using namespace bench::raw;

context consumer;
context producer;
bool finished;

void* as_pointer(std::uint64_t value) { return reinterpret_cast<void*>(value); }

void count_up(void*) {
  for (std::uint64_t i = 0; i < bench::generating::numbers; ++i) switch_context(producer, consumer, as_pointer(i));
  finished = true;
  for (;;) switch_context(producer, consumer, nullptr);
}

void run(benchmark::State& state) {
  const bench::stack_slab stacks(1);
  bench::generating::measure(state, [&] {
    producer = make_context(stacks.top(0), count_up);
    finished = false;
    std::uint64_t sum = 0;
    for (;;) {
      void* value = switch_context(consumer, producer, nullptr);
      if (finished) return sum;
      sum += reinterpret_cast<std::uint64_t>(value);
    }
  });
}

const bench::contender raw("generator/raw", run);

}  // namespace
