// A callback costs one allocation, whichever way it is queued.
#include <chrono>
#include <functional>
#include <memory>

#include <coir/sched.hpp>
#include <coir/testing.hpp>

#define COIR_COUNTS_ALLOCATIONS
#include "count_allocations.hpp"

namespace {

using support::allocations;

using namespace std::chrono_literals;

class call_allocation : public support::counts_allocations {
 protected:
  // How many it takes to queue and call a thousand, `batch` at a time, once pools are warm.
  template <class F>
  static long per_thousand(int batch, F queue) {
    long taken = 0;
    coir::testing::run({.seed = 0}, [&] {
      const coir::scheduler_ref here = coir::this_scheduler();
      int calls = 0;
      const auto some = [&](int batches) {
        for (int i = 0; i < batches; ++i) {
          for (int k = 0; k < batch; ++k) queue(here, calls);
          coir::sleep_for(1s);
        }
      };
      some(10);
      calls = 0;
      const long before = allocations;
      some(1000 / batch);
      taken = allocations - before;
      EXPECT_EQ(calls, 1000);
    });
    return taken;
  }
};

TEST_F(call_allocation, is_one_for_call_soon) {
  const auto queue = [](const coir::scheduler_ref&, int& calls) { coir::call_soon([&] { ++calls; }); };
  EXPECT_EQ(per_thousand(1, queue), 1000);
  EXPECT_EQ(per_thousand(100, queue), 1000);
}

TEST_F(call_allocation, is_one_for_call_later) {
  const auto queue = [](const coir::scheduler_ref&, int& calls) { coir::call_later(10ms, [&] { ++calls; }); };
  // The arrays of the timers may see their largest crowd yet.
  EXPECT_LE(per_thousand(1, queue), 1000 + 16);
  EXPECT_LE(per_thousand(100, queue), 1000 + 16);
}

TEST_F(call_allocation, is_one_for_post) {
  const auto queue = [](const coir::scheduler_ref& here, int& calls) { coir::post(here, [&] { ++calls; }); };
  EXPECT_EQ(per_thousand(1, queue), 1000);
  EXPECT_EQ(per_thousand(100, queue), 1000);
}

TEST_F(call_allocation, is_none_more_for_a_callback_that_waits) {
  const auto queue = [](const coir::scheduler_ref&, int& calls) {
    coir::call_soon([&] {
      coir::yield();
      ++calls;
    });
  };
  EXPECT_EQ(per_thousand(10, queue), 1000);
}

}  // namespace
