// Generators whose bodies block. They are not scheduled: their steppers wait with them.
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <coir/base/cancelled.hpp>
#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using blocking_generator = support::nothing_left;
using support::counted;
using support::names;
using support::text_of;

// A number each second.
coir::generator<int> ticks() {
  return [](auto& y) {
    for (int i = 1;; ++i) {
      coir::sleep_for(1s);
      y(i);
    }
  };
}

TEST_F(blocking_generator, makes_its_stepper_wait) {
  coir::testing::run([] {
    auto g = ticks();
    const auto start = coir::now();
    EXPECT_EQ(g.next(), 1);
    EXPECT_EQ(g.next(), 2);
    EXPECT_EQ(coir::now() - start, 2s);
  });
}

TEST_F(blocking_generator, lets_other_tasks_run_meanwhile) {
  std::vector<std::string> order;
  coir::testing::run([&] {
    auto consumer = coir::spawn([&] {
      for (int i : ticks()) {
        order.push_back("got " + std::to_string(i));
        if (i == 3) break;
      }
    });
    auto other = coir::spawn([&] {
      coir::sleep_for(500ms);
      for (int i = 0; i < 3; ++i) {
        order.push_back("tick");
        coir::sleep_for(1s);
      }
    });
    consumer.join();
    other.join();
  });
  EXPECT_EQ(order, (std::vector<std::string>{"tick", "got 1", "tick", "got 2", "tick", "got 3"}));
}

TEST_F(blocking_generator, steps_others_that_block) {
  coir::testing::run([] {
    coir::generator<int> sums([](auto& y) {
      int sum = 0;
      for (int i : ticks()) {
        coir::yield();
        y(sum += i);
      }
    });
    const auto start = coir::now();
    EXPECT_EQ(sums.next(), 1);
    EXPECT_EQ(sums.next(), 3);
    EXPECT_EQ(coir::now() - start, 2s);
    coir::generator<int> relay([](auto& y) { y.from(ticks()); });
    relay.next();
    EXPECT_EQ(relay.next(), 2);
    EXPECT_EQ(coir::now() - start, 4s);
  });
}

TEST_F(blocking_generator, yields_for_an_outer_one_after_a_wait) {
  coir::testing::run([] {
    coir::generator<int> g([](auto& y) {
      coir::generator<int> inner([&](auto&) {
        for (int i = 1;; ++i) {
          coir::sleep_for(1s);
          y(i);
        }
      });
      inner.next();
    });
    const auto start = coir::now();
    EXPECT_EQ(g.next(), 1);
    EXPECT_EQ(coir::spawn([&] { return *g.next(); }).get(), 2);
    EXPECT_EQ(coir::now() - start, 2s);
  });
}

TEST_F(blocking_generator, is_running_while_it_waits) {
  coir::testing::run([] {
    coir::generator<int> g({.name = "ticker"}, [](auto& y) {
      coir::sleep_for(1s);
      y(1);
    });
    auto first = coir::spawn([&] { return *g.next(); });
    coir::yield();
    EXPECT_TRUE(names(text_of<std::logic_error>([&] { g.next(); }), "ticker", "already running"));
    EXPECT_THROW(g.close(), std::logic_error);
    EXPECT_THROW(g.throw_to(1), std::logic_error);
    EXPECT_EQ(first.get(), 1);
    EXPECT_FALSE(g.next());
  });
}

TEST_F(blocking_generator, belongs_to_the_task_that_steps_it) {
  coir::testing::run([] {
    auto g = ticks();
    EXPECT_EQ(g.next(), 1);
    EXPECT_EQ(coir::spawn([&] { return *g.next(); }).get(), 2);
    EXPECT_EQ(g.next(), 3);
    auto cancelled = coir::spawn([&] { g.next(); });
    coir::yield();
    cancelled.cancel();
    EXPECT_THROW(cancelled.get(), coir::cancelled);
    EXPECT_TRUE(g.is_done()) << "it was the body that waited";
    EXPECT_FALSE(g.next());
  });
}

TEST_F(blocking_generator, may_survive_the_cancellation_of_its_stepper) {
  coir::testing::run([] {
    coir::generator<int> g([](auto& y) {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        y(-1);
      }
      coir::sleep_for(1s);
      y(2);
    });
    int first = 0;
    auto stepper = coir::spawn([&] { first = *g.next(); });
    coir::yield();
    stepper.cancel();
    stepper.join();
    EXPECT_EQ(first, -1);
    EXPECT_EQ(g.next(), 2) << "this stepper is not cancelled";
  });
}

TEST_F(blocking_generator, hands_errors_that_come_after_a_wait_to_its_stepper) {
  coir::testing::run([] {
    coir::generator<int> g([](auto&) {
      coir::sleep_for(1s);
      throw std::runtime_error("late");
    });
    EXPECT_THROW(g.next(), std::runtime_error);
  });
}

TEST_F(blocking_generator, may_clean_up_slowly_when_it_is_closed_or_dropped) {
  coir::testing::run([] {
    struct slow_cleanup {
      ~slow_cleanup() { coir::sleep_for(1s); }
    };
    coir::generator<int> g([c = counted(1)](auto& y) {
      const slow_cleanup s;
      y(1);
    });
    const auto start = coir::now();
    g.next();
    g.close();
    EXPECT_EQ(coir::now() - start, 1s);
    EXPECT_EQ(counted::live(), 0);
    for (int i : coir::generator<int>([](auto& y) {
           const slow_cleanup s;
           y(1);
         }))
      if (i == 1) break;
    EXPECT_EQ(coir::now() - start, 2s);
  });
}

TEST_F(blocking_generator, may_be_made_before_the_run_and_go_on_in_the_next) {
  auto g = ticks();
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(coir::testing::run([&] { return *g.next(); }), i);
}

TEST_F(blocking_generator, is_not_yielded_for_by_a_task_that_its_body_has_spawned) {
  coir::testing::run([] {
    coir::generator<int> g([](auto& y) {
      coir::spawn([&] { EXPECT_THROW(y(1), std::logic_error); }).join();
      y(2);
    });
    EXPECT_EQ(g.next(), 2);
  });
}

TEST_F(blocking_generator, by_the_hundred_keep_apart) {
  coir::testing::run([] {
    std::vector<coir::task<int>> tasks;
    for (int i = 0; i < 100; ++i)
      tasks.push_back(coir::spawn([i] {
        coir::generator<int> g([i](auto& y) {
          for (int k = 0;; ++k) {
            coir::yield();
            y(i * 1000 + k);
          }
        });
        int last = 0;
        for (int k = 0; k < 20; ++k) {
          last = *g.next();
          EXPECT_EQ(last, i * 1000 + k);
          coir::yield();
        }
        return last;
      }));
    for (int i = 0; i < 100; ++i) EXPECT_EQ(tasks[static_cast<std::size_t>(i)].get(), i * 1000 + 19);
  });
}

}  // namespace
