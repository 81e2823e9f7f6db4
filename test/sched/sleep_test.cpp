#include <chrono>
#include <limits>
#include <stdexcept>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "sanitizer.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using sleeping = support::nothing_left;
using seconds = std::chrono::duration<double>;

TEST_F(sleeping, takes_exactly_as_long_as_asked) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::sleep_for(2s);
    EXPECT_EQ(coir::now(), start + 2s);
    coir::sleep_until(start + 5s);
    EXPECT_EQ(coir::now(), start + 5s);
    coir::sleep_for(seconds(0.25));
    EXPECT_EQ(coir::now(), start + 5250ms);
    coir::sleep_for(1ns);
    EXPECT_EQ(coir::now(), start + 5250ms + 1ns);
  });
}

TEST_F(sleeping, ends_in_the_order_of_the_deadlines) {
  std::vector<int> order;
  coir::testing::run([&] {
    std::vector<coir::task<>> tasks;
    for (const int s : {5, 1, 4, 2, 3, 6, 0})
      tasks.push_back(coir::spawn([&order, s] {
        coir::sleep_for(std::chrono::seconds(s));
        order.push_back(s);
      }));
    for (auto& t : tasks) t.join();
  });
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 5, 6}));
}

TEST_F(sleeping, for_equal_deadlines_ends_in_the_order_of_the_calls) {
  std::vector<int> order;
  coir::testing::run({.seed = 0}, [&] {
    const auto until = coir::now() + 1s;
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < 100; ++i)
      tasks.push_back(coir::spawn([&order, i, until] {
        coir::sleep_until(until);
        order.push_back(i);
      }));
    for (auto& t : tasks) t.join();
  });
  std::vector<int> expected(100);
  for (int i = 0; i < 100; ++i) expected[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(order, expected);
}

TEST_F(sleeping, side_by_side_takes_as_long_as_the_longest) {
  coir::testing::run([] {
    const auto start = coir::now();
    auto a = coir::spawn([] { coir::sleep_for(3s); });
    auto b = coir::spawn([] { coir::sleep_for(2s); });
    a.join();
    b.join();
    EXPECT_EQ(coir::now() - start, 3s);
  });
}

// Runs `sleep` beside a task that is ready; how many times that one ran, and the time it took.
template <class F>
void expect_one_yield(F&& sleep, const char* what) {
  coir::testing::run([&] {
    int turns = 0;
    bool stop = false;
    auto other = coir::spawn([&] {
      while (!stop) {
        ++turns;
        coir::yield();
      }
    });
    const auto start = coir::now();
    sleep();
    EXPECT_EQ(turns, 1) << what;
    EXPECT_EQ(coir::now(), start) << what;
    stop = true;
    other.join();
  });
}

TEST_F(sleeping, for_no_time_yields_once) {
  expect_one_yield([] { coir::sleep_for(0s); }, "zero");
  expect_one_yield([] { coir::sleep_for(-1s); }, "negative");
  expect_one_yield([] { coir::sleep_for(std::chrono::hours::min()); }, "most negative");
  expect_one_yield([] { coir::sleep_for(seconds(-std::numeric_limits<double>::infinity())); }, "minus infinity");
  expect_one_yield([] { coir::sleep_for(seconds(std::numeric_limits<double>::quiet_NaN())); }, "NaN");
  expect_one_yield([] { coir::sleep_until(coir::now()); }, "now");
  expect_one_yield([] { coir::sleep_until(coir::now() - 1h); }, "the past");
  expect_one_yield([] { coir::sleep_until(coir::deadline::min()); }, "the distant past");
}

TEST_F(sleeping, beyond_the_range_of_the_clock_lasts_until_cancelled) {
  const auto lasts = [](auto duration) {
    coir::testing::run([&] {
      bool cancelled = false;
      auto t = coir::spawn([&] {
        try {
          coir::sleep_for(duration);
        } catch (const coir::cancelled&) {
          cancelled = true;
          throw;
        }
      });
      coir::sleep_for(std::chrono::hours(24 * 365 * 100));
      EXPECT_FALSE(t.is_done());
      t.cancel();
      t.join();
      EXPECT_TRUE(cancelled);
    });
  };
  lasts(seconds(std::numeric_limits<double>::infinity()));
  lasts(seconds(1e200));
  lasts(std::chrono::hours::max());
  lasts(std::chrono::nanoseconds::max());
}

TEST_F(sleeping, is_possible_for_10000_at_once) {
  constexpr int many = support::has_tsan ? 1'000 : 10'000;
  int woken = 0;
  coir::testing::run([&] {
    const auto start = coir::now();
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < many; ++i)
      tasks.push_back(coir::spawn([&woken, i, start] {
        const auto nap = std::chrono::milliseconds(1 + i * 7919 % 1000);
        coir::sleep_for(nap);
        EXPECT_EQ(coir::now(), start + nap);
        ++woken;
      }));
    for (auto& t : tasks) t.join();
    EXPECT_EQ(coir::now() - start, 1000ms);
  });
  EXPECT_EQ(woken, many);
}

TEST_F(sleeping, in_an_explicit_fiber_suspends_the_task_and_not_the_thread) {
  std::vector<int> order;
  coir::testing::run([&] {
    auto a = coir::spawn([&] {
      coir::fiber inner([&] {
        coir::sleep_for(2s);
        order.push_back(2);
      });
      inner.switch_to();
      order.push_back(3);
    });
    auto b = coir::spawn([&] {
      coir::sleep_for(1s);
      order.push_back(1);
    });
    a.join();
    b.join();
  });
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST_F(sleeping, in_main_lets_tasks_run) {
  int n = 0;
  coir::testing::run([&] {
    coir::spawn([&] {
      for (;; ++n) coir::sleep_for(1s);
    });
    coir::sleep_for(10500ms);
  });
  EXPECT_EQ(n, 10);
}

TEST_F(sleeping, outside_of_a_run_is_refused) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { coir::sleep_for(1h); }), "sleep"));
  EXPECT_THROW(coir::sleep_until(coir::now()), std::logic_error);
}

}  // namespace
