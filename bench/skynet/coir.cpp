// Tasks. `coir` starts each at once; `coir_spawn` queues it, so that all of a level are alive before the next begins.

#include <coir/coir.hpp>

#include <array>
#include <cstddef>
#include <utility>

#include "harness/contender.hpp"
#include "skynet/workload.hpp"

namespace {

using namespace bench::skynet;

struct at_once {
  static auto start(auto fn) { return coir::spawn_now(std::move(fn)); }
};
struct queued {
  static auto start(auto fn) { return coir::spawn(std::move(fn)); }
};

template <class How>
number sum_of(part all) {
  if (all.is_leaf()) return all.first;
  std::array<coir::task<number>, fan_out> children;
  for (int i = 0; i < fan_out; ++i) children[i] = How::start([below = all.child(i)] { return sum_of<How>(below); });
  number sum = 0;
  for (const auto& child : children) sum += child.get();
  return sum;
}

void run(benchmark::State& state) {
  coir::run([&] { measure(state, "coir", 0, sum_of<at_once>); });
}

void run_queued(benchmark::State& state) {
  constexpr std::size_t bytes_expected = std::size_t{1} << 30;
  coir::run([&] { measure(state, "coir_spawn", bytes_expected, sum_of<queued>); });
}

const bench::contender coir_now("skynet/coir", run);
const bench::contender coir_spawn("skynet/coir_spawn", run_queued);

}  // namespace
