// coir::with_timeout.

#include <coir/coir.hpp>

#include "harness/contender.hpp"
#include "with_timeout/workload.hpp"

namespace {

using namespace bench::timeouts;

void run(benchmark::State& state) {
  coir::run([&] { measure(state, [](counter& calls) { coir::with_timeout(enough, [&] { answer(calls); }); }); });
}

const bench::contender coir_timeout("with_timeout/coir", run);

}  // namespace
