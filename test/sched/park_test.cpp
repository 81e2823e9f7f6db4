// Waits and their tokens: whoever ends a wait first decides, and late wakes are harmless.
#include <chrono>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using coir::lowlevel::scheduler;
using coir::lowlevel::wake_reason;
using coir::lowlevel::wake_token;
using parking = support::nothing_left;

TEST_F(parking, lasts_until_woken) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    wake_token token;
    bool waiting = false;
    auto t = coir::spawn([&] {
      token = s.prepare();
      waiting = true;
      return s.park(token, "a sign");
    });
    for (int i = 0; i < 5; ++i) coir::yield();
    EXPECT_TRUE(waiting);
    EXPECT_FALSE(t.is_done());
    EXPECT_TRUE(scheduler::wake(token));
    EXPECT_EQ(t.get(), wake_reason::woken);
  });
}

TEST_F(parking, returns_at_once_when_woken_before) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const wake_token token = s.prepare();
    EXPECT_TRUE(scheduler::wake(token));
    EXPECT_EQ(s.park(token, "a sign"), wake_reason::woken);
    const wake_token other = s.prepare();
    EXPECT_TRUE(scheduler::wake(other, wake_reason::timed_out));
    EXPECT_EQ(s.park(other, "a sign"), wake_reason::timed_out);
  });
}

TEST_F(parking, gives_the_reason_of_the_first_wake) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    wake_token token;
    auto t = coir::spawn([&] { return s.park(token = s.prepare(), "a sign"); });
    coir::yield();
    EXPECT_TRUE(scheduler::wake(token, wake_reason::timed_out));
    EXPECT_FALSE(scheduler::wake(token, wake_reason::woken));
    EXPECT_EQ(t.get(), wake_reason::timed_out);
  });
}

TEST_F(parking, ignores_a_late_wake_of_an_earlier_wait) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    wake_token first, second;
    std::vector<int> order;
    auto t = coir::spawn([&] {
      s.park(first = s.prepare(), "a first sign");
      order.push_back(1);
      s.park(second = s.prepare(), "a second sign");
      order.push_back(2);
    });
    coir::yield();
    EXPECT_TRUE(scheduler::wake(first));
    coir::yield();
    EXPECT_EQ(order, std::vector{1});
    for (int i = 0; i < 3; ++i) {
      EXPECT_FALSE(scheduler::wake(first));
      coir::yield();
    }
    EXPECT_EQ(order, std::vector{1});
    EXPECT_TRUE(scheduler::wake(second));
    t.join();
    EXPECT_FALSE(scheduler::wake(second)) << "the fiber has ended";
  });
}

TEST_F(parking, ignores_a_wake_of_a_fiber_that_ended_and_whose_place_was_taken) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    wake_token old;
    coir::spawn([&] { s.park(old = s.prepare(), "a sign", coir::now()); }).join();
    std::vector<coir::task<wake_reason>> heirs;
    std::vector<wake_token> tokens(50);
    for (auto& token : tokens) heirs.push_back(coir::spawn([&] { return s.park(token = s.prepare(), "a sign"); }));
    coir::yield();
    EXPECT_FALSE(scheduler::wake(old));
    coir::yield();
    for (const auto& heir : heirs) EXPECT_FALSE(heir.is_done());
    for (const auto& token : tokens) EXPECT_TRUE(scheduler::wake(token));
    for (const auto& heir : heirs) EXPECT_EQ(heir.get(), wake_reason::woken);
  });
}

TEST_F(parking, ignores_a_token_of_no_wait) {
  EXPECT_FALSE(wake_token());
  EXPECT_FALSE(scheduler::wake(wake_token()));
  coir::testing::run([] {
    EXPECT_FALSE(scheduler::wake(wake_token()));
    EXPECT_TRUE(scheduler::current()->prepare());
  });
}

TEST_F(parking, ends_at_its_deadline) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const auto start = coir::now();
    const wake_token token = s.prepare();
    EXPECT_EQ(s.park(token, "a sign", start + 3s), wake_reason::timed_out);
    EXPECT_EQ(coir::now(), start + 3s);
    EXPECT_FALSE(scheduler::wake(token));
  });
}

TEST_F(parking, with_a_deadline_in_the_past_times_out_without_waiting) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const auto start = coir::now();
    EXPECT_EQ(s.park(s.prepare(), "a sign", start), wake_reason::timed_out);
    EXPECT_EQ(s.park(s.prepare(), "a sign", start - 1h), wake_reason::timed_out);
    EXPECT_EQ(coir::now(), start);
  });
}

TEST_F(parking, woken_before_a_passed_deadline_counts_as_woken) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const wake_token token = s.prepare();
    scheduler::wake(token);
    EXPECT_EQ(s.park(token, "a sign", coir::now() - 1h), wake_reason::woken);
  });
}

TEST_F(parking, woken_in_time_leaves_no_timer) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const auto start = coir::now();
    wake_token token;
    auto t = coir::spawn([&] { return s.park(token = s.prepare(), "a sign", start + 3s); });
    coir::sleep_for(1s);
    EXPECT_TRUE(scheduler::wake(token));
    EXPECT_EQ(t.get(), wake_reason::woken);
    EXPECT_EQ(coir::now(), start + 1s);
    const auto fired = s.stats().timers_fired;
    coir::sleep_for(10s);
    EXPECT_EQ(s.stats().timers_fired, fired + 1) << "that of the sleep alone";
  });
}

TEST_F(parking, at_the_very_deadline_goes_to_who_is_first) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const auto at = coir::now() + 1s;
    wake_token token;
    // The waker sleeps to the same instant. Its timer is older, yet it runs only when both have fired.
    bool ended_it = true;
    auto waker = coir::spawn([&] {
      coir::sleep_until(at);
      ended_it = scheduler::wake(token);
    });
    auto t = coir::spawn([&] { return s.park(token = s.prepare(), "a sign", at); });
    waker.join();
    EXPECT_EQ(t.get(), ended_it ? wake_reason::woken : wake_reason::timed_out);
    EXPECT_FALSE(scheduler::wake(token));
  });
}

TEST_F(parking, a_tick_before_the_deadline_is_woken) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const auto at = coir::now() + 1s;
    wake_token token;
    auto t = coir::spawn([&] { return s.park(token = s.prepare(), "a sign", at); });
    coir::sleep_until(at - 1ms);
    EXPECT_TRUE(scheduler::wake(token));
    EXPECT_EQ(t.get(), wake_reason::woken);
    EXPECT_EQ(coir::now(), at - 1ms);
  });
}

TEST_F(parking, makes_the_woken_run_in_the_order_of_the_wakes) {
  coir::testing::run({.seed = 0}, [] {
    auto& s = *scheduler::current();
    std::vector<wake_token> tokens(5);
    std::vector<int> order;
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < 5; ++i)
      tasks.push_back(coir::spawn([&, i] {
        s.park(tokens[static_cast<std::size_t>(i)] = s.prepare(), "a sign");
        order.push_back(i);
      }));
    coir::yield();
    for (const std::size_t i : {3U, 1U, 4U, 0U, 2U}) scheduler::wake(tokens[i]);
    EXPECT_TRUE(order.empty()) << "waking switches to nobody";
    for (auto& t : tasks) t.join();
    EXPECT_EQ(order, (std::vector{3, 1, 4, 0, 2}));
  });
}

TEST_F(parking, in_many_explicit_fibers_of_one_task_in_turn) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    std::vector<int> order;
    coir::spawn([&] {
      coir::fiber outer([&] {
        coir::fiber inner([&] {
          s.park(s.prepare(), "the inner time", coir::now() + 1s);
          order.push_back(1);
          coir::fiber::current().parent().switch_to();
          s.park(s.prepare(), "the inner time", coir::now() + 1s);
          order.push_back(3);
        });
        inner.switch_to();
        s.park(s.prepare(), "the outer time", coir::now() + 1s);
        order.push_back(2);
        inner.switch_to();
        order.push_back(4);
      });
      outer.switch_to();
      order.push_back(5);
    }).join();
    EXPECT_EQ(order, (std::vector{1, 2, 3, 4, 5}));
  });
}

TEST_F(parking, is_described_by_the_fibers_name_and_state) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    wake_token token;
    auto t = coir::spawn({.name = "reader"}, [&] { s.park(token = s.prepare(), "a sign"); });
    coir::yield();
    EXPECT_TRUE(support::names(scheduler::describe(token), "reader", "parked"));
    scheduler::wake(token);
    t.join();
  });
}

}  // namespace
