// Two OS threads on one processor that call sched_yield. A thousand of them would ask how the kernel shares out time,
// not what a yield costs.

#include <sched.h>

#include <atomic>
#include <thread>

#include "harness/contender.hpp"
#include "yield/workload.hpp"

namespace {

void run(benchmark::State& state) {
  bench::yielding::circle shared(state, 2);
  std::atomic<bool> over = false;
  std::atomic<bool> started = false;
  std::thread other([&] {
    started = true;
    std::int64_t yields = 0;
    for (; !over.load(std::memory_order_relaxed); ++yields) sched_yield();
    shared.add(yields);
  });
  while (!started) sched_yield();
  bench::yielding::keep_time(shared, [] { sched_yield(); });
  over = true;
  other.join();
  // The kernel promises no order. Where it lets one thread yield many times in a row, a yield is no switch.
  if (!shared.was_fair(10 + shared.rounds() / 10)) state.SkipWithError("sched_yield does not alternate on this kernel");
}

const bench::contender two("yield/2/thread", run);

}  // namespace
