// Stackless tasks that sleep on the minimal runtime's loop.

#include <cstddef>
#include <cstdint>

#include "rival/coro/event_loop.hpp"
#include "rival/coro/sleep.hpp"
#include "timer/workload.hpp"

namespace {

namespace coro_library = bench::coro;
using bench::coro::event_loop;
using bench::coro::joinable;
using bench::coro::task;
using namespace bench::sleeping;

// nap, in the colour that can suspend.
task<> nap(event_loop& loop, lateness& notes, milliseconds how_long) {
  const std::uint64_t began = bench::now_ns();
  co_await coro_library::sleep(loop, how_long);
  notes.slept(bench::now_ns() - began, how_long);
}

task<> start_all(event_loop& loop, lateness& notes, std::size_t count) {
  naps draw;
  std::vector<joinable<void>> tasks;
  tasks.reserve(count);
  while (tasks.size() < count) tasks.push_back(coro_library::spawn(nap(loop, notes, draw.next())));
  for (auto& t : tasks) co_await t.join();
}

void everyone(lateness& notes, std::size_t count) {
  event_loop loop;
  loop.run(start_all(loop, notes, count));
}

const bench::sleeping::contender coro("coro", 512, crowd_of<everyone>);

}  // namespace
