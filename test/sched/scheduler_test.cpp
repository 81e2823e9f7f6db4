#include <coir/sched/scheduler.hpp>

#include <stdexcept>
#include <thread>

#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using coir::lowlevel::scheduler;
using a_scheduler = support::nothing_left;

TEST_F(a_scheduler, is_the_threads_while_it_lives) {
  EXPECT_EQ(scheduler::current(), nullptr);
  coir::testing::virtual_clock clock;
  coir::testing::virtual_poller poller(clock);
  {
    scheduler s(poller);
    EXPECT_EQ(scheduler::current(), &s);
    EXPECT_EQ(&scheduler::required("test"), &s);
    std::thread([] { EXPECT_EQ(scheduler::current(), nullptr); }).join();
  }
  EXPECT_EQ(scheduler::current(), nullptr);
}

TEST_F(a_scheduler, is_the_only_one_of_its_thread) {
  coir::testing::virtual_clock clock;
  coir::testing::virtual_poller poller(clock);
  scheduler s(poller);
  EXPECT_THROW(scheduler{poller}, std::logic_error);
  EXPECT_EQ(scheduler::current(), &s);
}

TEST_F(a_scheduler, that_is_missing_is_asked_for_by_name) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { (void)scheduler::required("sleep_for"); }), "sleep_for"));
}

TEST_F(a_scheduler, yields_without_tasks) {
  coir::testing::virtual_clock clock;
  coir::testing::virtual_poller poller(clock);
  scheduler s(poller);
  EXPECT_FALSE(s.has_ready());
  for (int i = 0; i < 1000; ++i) s.yield();
  EXPECT_FALSE(s.has_ready());
  EXPECT_EQ(s.active(), nullptr);
  s.check_cancelled();
}

TEST_F(a_scheduler, counts_timers_and_polls) {
  coir::testing::virtual_clock clock;
  auto& before = coir::lowlevel::exchange_clock(clock);
  coir::testing::virtual_poller poller(clock);
  {
    scheduler s(poller);
    for (int i = 0; i < 3; ++i) s.park(s.prepare(), "time", coir::now() + std::chrono::seconds(1));
    EXPECT_EQ(s.stats().timers_fired, 3U);
    EXPECT_GE(s.stats().polls, 3U);
    EXPECT_EQ(s.stats().remote_wakes, 0U);
  }
  coir::lowlevel::exchange_clock(before);
}

}  // namespace
