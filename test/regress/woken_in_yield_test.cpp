// A fiber that yields between prepare() and park() was made ready a second time when its wait was ended
// meanwhile, and later went on in the middle of another wait.
#include <chrono>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using coir::lowlevel::scheduler;
using coir::lowlevel::wake_reason;
using coir::lowlevel::wake_token;

using woken_in_yield = support::nothing_left;

TEST_F(woken_in_yield, makes_a_fiber_ready_once) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    wake_token token;
    int steps = 0;
    auto waiter = coir::spawn([&] {
      token = s.prepare();
      coir::yield();
      ++steps;
      EXPECT_EQ(s.park(token, "what has happened already"), wake_reason::woken);
      EXPECT_EQ(s.park(s.prepare(), "nothing", coir::now() + 1s), wake_reason::timed_out);
      ++steps;
    });
    coir::yield();
    const auto begin = coir::now();
    EXPECT_TRUE(scheduler::wake(token));
    EXPECT_FALSE(scheduler::wake(token));
    for (int i = 0; i < 5; ++i) coir::yield();
    EXPECT_EQ(steps, 1);
    waiter.join();
    EXPECT_EQ(coir::now() - begin, 1s);
    EXPECT_EQ(steps, 2);
  });
}

}  // namespace
