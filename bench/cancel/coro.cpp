// Stackless tasks that sleep until they are asked to stop. The exception goes through the calls too, but one coroutine
// at a time: each is caught by the promise, and thrown again in who awaits it.

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "cancel/workload.hpp"
#include "harness/contender.hpp"
#include "rival/coro/event_loop.hpp"
#include "rival/coro/sleep.hpp"

namespace {

namespace coro_library = bench::coro;
using namespace bench::cancelling;
using bench::coro::event_loop;
using bench::coro::joinable;
using bench::coro::stop_request;
using bench::coro::task;

// serve, and what it calls, in the colour that can suspend.
task<> wait_for_reply(event_loop& loop, stop_request& stop) {
  const held buffer;
  ++asleep;
  co_await coro_library::sleep(loop, long_enough, &stop);
}

task<> ask(event_loop& loop, stop_request& stop) {
  const held connection;
  co_await wait_for_reply(loop, stop);
}

task<> serve(event_loop& loop, stop_request& stop) {
  const held session;
  co_await ask(loop, stop);
}

class crowd {
 public:
  explicit crowd(std::size_t count) : stops_(count) {
    tasks_.reserve(count);
    for (stop_request& s : stops_) tasks_.push_back(coro_library::spawn(serve(loop_, s)));
    loop_.run(everyone_asleep());
  }

  void cancel_and_join() { loop_.run(end_all()); }

 private:
  static task<> everyone_asleep() { co_await coro_library::yield(); }

  task<> end_all() {
    for (stop_request& s : stops_) s.request(loop_);
    for (auto& t : tasks_) {
      try {
        co_await t.join();
      } catch (const coro_library::stopped&) {
      }
    }
  }

  event_loop loop_;
  std::deque<stop_request> stops_;
  std::vector<joinable<void>> tasks_;
};

const bench::contender coro("cancel/100000/coro", [](benchmark::State& state) { measure<crowd>(state, 1024); });

}  // namespace
