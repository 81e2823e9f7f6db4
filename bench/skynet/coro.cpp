// Stackless tasks on the minimal runtime. `coro` queues each, so that all of a level are alive before the next begins;
// `coro_now` starts it at once.

#include "rival/coro/scheduler.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "harness/contender.hpp"
#include "skynet/workload.hpp"

namespace {

using namespace bench::coro;
using namespace bench::skynet;

struct at_once {
  static auto start(task<number> t) { return spawn_now(std::move(t)); }
};
struct queued {
  static auto start(task<number> t) { return spawn(std::move(t)); }
};

template <class How>
task<number> sum_of(part all) {
  if (all.is_leaf()) co_return all.first;
  std::array<joinable<number>, fan_out> children;
  for (int i = 0; i < fan_out; ++i) children[i] = How::start(sum_of<How>(all.child(i)));
  number sum = 0;
  for (auto& child : children) sum += co_await child.join();
  co_return sum;
}

template <class How>
void run(benchmark::State& state, const std::string& name, std::size_t bytes_expected) {
  scheduler home;
  measure(state, name, bytes_expected, [&](part all) {
    auto root = How::start(sum_of<How>(all));
    home.run();
    return root.result();
  });
}

const bench::contender coro("skynet/coro", [](auto& state) { run<queued>(state, "coro", std::size_t{320} << 20); });
const bench::contender coro_now("skynet/coro_now", [](auto& state) { run<at_once>(state, "coro_now", 0); });

}  // namespace
