// A stackless task, spawned on the minimal runtime's scheduler and joined. Its frame comes from operator new.

#include "rival/coro/scheduler.hpp"

#include "harness/contender.hpp"
#include "spawn/workload.hpp"

namespace {

using namespace bench::coro;

constexpr int spawns_per_pass = 100;

task<> body(bench::spawning::counter& ran) {
  ++ran;
  co_return;
}

task<> spawn_and_join(bench::spawning::counter& ran) {
  for (int i = 0; i < spawns_per_pass; ++i) co_await spawn(body(ran)).join();
}

void run(benchmark::State& state) {
  bench::clear_float_flags();
  scheduler home;
  bench::spawning::counter ran = 0;
  const std::uint64_t passes = bench::repeat(state, spawns_per_pass, [&] {
    auto parent = spawn(spawn_and_join(ran));
    home.run();
  });
  bench::check(ran == passes * spawns_per_pass, "every body to run once");
}

const bench::contender coro("spawn/coro", run);

}  // namespace
