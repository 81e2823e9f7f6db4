// Callbacks by the clock.
#include <chrono>
#include <limits>
#include <stdexcept>
#include <vector>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "counted.hpp"
#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using support::counted;
using call_later = support::nothing_left;
using seconds = std::chrono::duration<double>;

TEST_F(call_later, calls_at_its_time_to_the_nanosecond) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::deadline called{}, at{};
    coir::call_later(1500ms, [&] { called = coir::now(); });
    coir::call_at(start + 2s, [&] { at = coir::now(); });
    coir::sleep_for(3s);
    EXPECT_EQ(called, start + 1500ms);
    EXPECT_EQ(at, start + 2s);
  });
}

TEST_F(call_later, calls_by_deadline_and_equal_ones_in_order) {
  std::vector<int> order;
  coir::testing::run([&] {
    coir::call_later(3s, [&] { order.push_back(4); });
    coir::call_later(1s, [&] { order.push_back(1); });
    coir::call_later(2s, [&] { order.push_back(2); });
    coir::call_later(2s, [&] { order.push_back(3); });
    coir::sleep_for(5s);
  });
  EXPECT_EQ(order, (std::vector{1, 2, 3, 4}));
}

TEST_F(call_later, without_a_delay_calls_in_the_next_turn) {
  for (const seconds delay : {seconds(0), seconds(-1), seconds(std::numeric_limits<double>::quiet_NaN())})
    coir::testing::run([&] {
      bool called = false;
      coir::call_later(delay, [&] { called = true; });
      EXPECT_FALSE(called);
      coir::yield();
      EXPECT_TRUE(called);
    });
}

TEST_F(call_later, with_a_deadline_in_the_past_calls_in_the_next_turn) {
  coir::testing::run([] {
    bool called = false;
    coir::call_at(coir::now() - 1h, [&] { called = true; });
    coir::yield();
    EXPECT_TRUE(called);
  });
}

TEST_F(call_later, beyond_the_clocks_range_stays_pending) {
  coir::testing::run([] {
    const auto a = coir::call_later(seconds(1e30), [c = counted(1)] { ADD_FAILURE() << "called"; });
    const auto b = coir::call_at(coir::never, [c = counted(1)] { ADD_FAILURE() << "called"; });
    coir::sleep_for(std::chrono::hours(24 * 365));
    EXPECT_TRUE(a.is_pending());
    EXPECT_TRUE(b.cancel());
    EXPECT_EQ(counted::live(), 1);
  });
}

TEST_F(call_later, can_be_called_off_until_its_time) {
  coir::testing::run([] {
    bool called = false;
    const auto c = coir::call_later(2s, [&called, c = counted(1)] { called = true; });
    coir::sleep_for(1s);
    EXPECT_TRUE(c.cancel());
    EXPECT_EQ(counted::live(), 0);
    const auto fired = coir::lowlevel::scheduler::current()->stats().timers_fired;
    coir::sleep_for(5s);
    EXPECT_FALSE(called);
    EXPECT_FALSE(c.cancel());
    EXPECT_EQ(coir::lowlevel::scheduler::current()->stats().timers_fired, fired + 1) << "that of the sleep alone";
  });
}

TEST_F(call_later, can_be_called_off_when_its_time_has_come_and_its_turn_has_not) {
  coir::testing::run([] {
    bool called = false;
    coir::pending_call second;
    coir::call_later(1s, [&] { EXPECT_TRUE(second.cancel()); });
    second = coir::call_later(1s, [&] { called = true; });
    coir::sleep_for(2s);
    EXPECT_FALSE(called);
  });
}

TEST_F(call_later, is_too_late_to_call_off_once_it_has_begun) {
  coir::testing::run([] {
    const auto c = coir::call_later(1s, [] { coir::sleep_for(1s); });
    coir::sleep_for(1500ms);
    EXPECT_FALSE(c.is_pending());
    EXPECT_FALSE(c.cancel());
    coir::sleep_for(1s);
  });
}

TEST_F(call_later, goes_on_without_its_handle) {
  coir::testing::run([] {
    bool called = false;
    {
      const auto c = coir::call_later(1s, [&] { called = true; });
    }
    coir::sleep_for(2s);
    EXPECT_TRUE(called);
  });
}

TEST_F(call_later, that_was_not_called_when_main_returns_is_destroyed_uncalled) {
  coir::pending_call c;
  coir::testing::run([&] {
    for (int i = 0; i < 100; ++i)
      c = coir::call_later(std::chrono::seconds(i + 1), [n = counted(i)] { ADD_FAILURE() << n.value() << " called"; });
  });
  EXPECT_EQ(counted::live(), 0);
  EXPECT_FALSE(c.is_pending());
}

TEST_F(call_later, calls_ten_thousand_each_at_its_time) {
  coir::testing::run([] {
    const auto start = coir::now();
    int wrong = 0, calls = 0;
    for (int i = 0; i < 10'000; ++i) {
      const auto at = start + std::chrono::milliseconds(i * 7919 % 10'000 + 1);
      coir::call_at(at, [&, at] {
        ++calls;
        wrong += coir::now() != at;
      });
    }
    coir::sleep_for(11s);
    EXPECT_EQ(calls, 10'000);
    EXPECT_EQ(wrong, 0);
  });
}

TEST_F(call_later, needs_a_scheduler) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { coir::call_later(1s, [] {}); }), "coir::run"));
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { coir::call_at(coir::never, [] {}); }), "call_at"));
}

}  // namespace
