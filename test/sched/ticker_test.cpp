#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <coir/base/cancelled.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using a_ticker = support::nothing_left;
using seconds = std::chrono::duration<double>;

TEST_F(a_ticker, waits_for_the_end_of_each_period) {
  coir::testing::run([] {
    const auto begin = coir::now();
    coir::ticker t(100ms);
    for (int i = 1; i <= 50; ++i) {
      EXPECT_EQ(t.next(), begin + i * 100ms);
      EXPECT_EQ(t.wait(), 0U);
      EXPECT_EQ(coir::now(), begin + i * 100ms);
    }
  });
}

TEST_F(a_ticker, does_not_drift_with_what_is_done_in_between) {
  coir::testing::run([] {
    const auto begin = coir::now();
    coir::ticker t(100ms);
    for (int i = 1; i <= 50; ++i) {
      coir::sleep_for(std::chrono::milliseconds(7 * i % 90));
      EXPECT_EQ(t.wait(), 0U);
      EXPECT_EQ(coir::now(), begin + i * 100ms);
    }
  });
}

TEST_F(a_ticker, does_not_drift_with_ticks_of_the_scheduler) {
  coir::testing::run([] {
    const auto begin = coir::now();
    coir::ticker t(33'333'333ns);
    for (int i = 1; i <= 300; ++i) {
      EXPECT_EQ(t.wait(), 0U);
      EXPECT_GE(coir::now(), begin + i * 33'333'333ns);
      EXPECT_LT(coir::now(), begin + i * 33'333'333ns + 1ms);
    }
  });
}

TEST_F(a_ticker, that_is_late_for_less_than_a_period_returns_at_once_and_is_on_time_again) {
  coir::testing::run([] {
    const auto begin = coir::now();
    coir::ticker t(100ms);
    coir::sleep_for(130ms);
    EXPECT_EQ(t.wait(), 0U);
    EXPECT_EQ(coir::now(), begin + 130ms);
    EXPECT_EQ(t.wait(), 0U);
    EXPECT_EQ(coir::now(), begin + 200ms);
  });
}

TEST_F(a_ticker, tells_how_many_periods_were_skipped) {
  coir::testing::run([] {
    const auto begin = coir::now();
    coir::ticker t(100ms);
    coir::sleep_for(350ms);  // the ends at 100, 200 and 300 ms have passed
    EXPECT_EQ(t.wait(), 2U);
    EXPECT_EQ(coir::now(), begin + 350ms);
    EXPECT_EQ(t.next(), begin + 400ms);
    EXPECT_EQ(t.wait(), 0U);
    EXPECT_EQ(coir::now(), begin + 400ms);
    coir::sleep_for(200ms);
    EXPECT_EQ(t.wait(), 1U);
    EXPECT_EQ(t.next(), begin + 700ms);
  });
}

TEST_F(a_ticker, lets_others_run_though_it_is_late) {
  coir::testing::run([] {
    int turns = 0;
    coir::ticker t(1ms);
    coir::sleep_for(10ms);
    auto other = coir::spawn([&] { ++turns; });
    static_cast<void>(t.wait());
    EXPECT_EQ(turns, 1);
    other.join();
  });
}

TEST_F(a_ticker, that_is_cancelled_has_not_waited) {
  coir::testing::run([] {
    const auto begin = coir::now();
    coir::ticker t(100ms);
    auto waiter = coir::spawn([&] { static_cast<void>(t.wait()); });
    coir::sleep_for(50ms);
    waiter.cancel();
    EXPECT_THROW(waiter.get(), coir::cancelled);
    EXPECT_EQ(t.next(), begin + 100ms);
    EXPECT_EQ(t.wait(), 0U);
    EXPECT_EQ(coir::now(), begin + 100ms);
  });
}

TEST_F(a_ticker, refuses_a_period_without_length) {
  const auto text = support::text_of<std::invalid_argument>([] { coir::ticker t(0s); });
  EXPECT_TRUE(support::names(text, "ticker"));
  EXPECT_THROW(coir::ticker(-1s), std::invalid_argument);
  EXPECT_THROW(coir::ticker(seconds(std::numeric_limits<double>::quiet_NaN())), std::invalid_argument);
}

TEST_F(a_ticker, takes_a_period_rounded_up) {
  coir::testing::run([] {
    const auto begin = coir::now();
    EXPECT_EQ(coir::ticker(seconds(0.5)).next(), begin + 500ms);
    EXPECT_EQ(coir::ticker(std::chrono::duration<long long, std::pico>(1)).next(), begin + 1ns);
  });
}

TEST_F(a_ticker, whose_period_is_beyond_the_clock_never_ticks) {
  coir::testing::run([] {
    coir::ticker t(std::chrono::hours::max());
    EXPECT_EQ(t.next(), coir::never);
    auto waiter = coir::spawn([&] { static_cast<void>(t.wait()); });
    coir::sleep_for(std::chrono::hours(24 * 365 * 100));
    EXPECT_FALSE(waiter.is_done());
    waiter.cancel();
    waiter.join();
  });
}

}  // namespace
