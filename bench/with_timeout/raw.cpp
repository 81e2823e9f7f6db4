// The limit: one reading of the clock.

#include <ctime>

#include "harness/contender.hpp"
#include "with_timeout/workload.hpp"

namespace {

using namespace bench::timeouts;

void run(benchmark::State& state) {
  measure(state, [](counter& calls) {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t until = (now.tv_sec + enough.count()) * 1'000'000'000 + now.tv_nsec;
    benchmark::DoNotOptimize(until);
    answer(calls);
  });
}

const bench::contender raw("with_timeout/raw", run);

}  // namespace
