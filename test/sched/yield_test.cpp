#include <stdexcept>
#include <string>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using yielding = support::nothing_left;
using words = std::vector<std::string>;

TEST_F(yielding, lets_two_tasks_take_turns) {
  words order;
  coir::testing::run({.seed = 0}, [&] {
    const auto say = [&](std::string name) {
      order.push_back(name + "A");
      coir::yield();
      order.push_back(name + "B");
    };
    auto one = coir::spawn([&] { say("1"); });
    auto two = coir::spawn([&] { say("2"); });
    one.join();
    two.join();
  });
  EXPECT_EQ(order, (words{"1A", "2A", "1B", "2B"}));
}

TEST_F(yielding, lets_every_other_ready_fiber_run_once) {
  std::vector<int> order;
  coir::testing::run({.seed = 0}, [&] {
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < 5; ++i) {
      tasks.push_back(coir::spawn([&order, i] {
        for (int round = 0; round < 3; ++round) {
          order.push_back(10 * round + i);
          coir::yield();
        }
      }));
    }
    for (auto& t : tasks) t.join();
  });
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24}));
}

TEST_F(yielding, includes_main_in_the_turns) {
  words order;
  coir::testing::run([&] {
    coir::spawn([&] {
      order.push_back("task 1");
      coir::yield();
      order.push_back("task 2");
    });
    order.push_back("main 0");
    coir::yield();
    order.push_back("main 1");
    coir::yield();
    order.push_back("main 2");
  });
  EXPECT_EQ(order, (words{"main 0", "task 1", "main 1", "task 2", "main 2"}));
}

TEST_F(yielding, alone_returns) {
  int rounds = 0;
  coir::testing::run([&] {
    for (; rounds < 10'000; ++rounds) coir::yield();
  });
  EXPECT_EQ(rounds, 10'000);
}

TEST_F(yielding, puts_what_a_turn_makes_ready_into_the_next_turn) {
  words order;
  coir::testing::run({.seed = 0}, [&] {
    coir::spawn([&] {
      order.push_back("a");
      coir::spawn([&] { order.push_back("child of a"); });
    });
    coir::spawn([&] { order.push_back("b"); });
    coir::yield();
    order.push_back("main");
    coir::yield();
  });
  EXPECT_EQ(order, (words{"a", "b", "main", "child of a"}));
}

TEST_F(yielding, works_in_an_explicit_fiber_of_a_task) {
  words order;
  coir::testing::run({.seed = 0}, [&] {
    auto task = coir::spawn([&] {
      coir::fiber inner([&] {
        order.push_back("inner 1");
        coir::yield();
        order.push_back("inner 2");
      });
      inner.switch_to();
      order.push_back("outer");
    });
    auto other = coir::spawn([&] { order.push_back("other"); });
    task.join();
    other.join();
  });
  EXPECT_EQ(order, (words{"inner 1", "other", "inner 2", "outer"}));
}

TEST_F(yielding, keeps_the_exception_state_of_each_fiber) {
  coir::testing::run([] {
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < 4; ++i) {
      tasks.push_back(coir::spawn([i] {
        EXPECT_EQ(std::current_exception(), nullptr);
        try {
          throw support::counted(i);
        } catch (const support::counted& c) {
          for (int k = 0; k <= i; ++k) coir::yield();
          EXPECT_EQ(c.value(), i);
          EXPECT_THROW(throw, support::counted);
        }
        coir::yield();
        EXPECT_EQ(std::current_exception(), nullptr);
      }));
    }
    for (auto& t : tasks) t.join();
  });
}

TEST_F(yielding, outside_of_a_run_is_refused) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { coir::yield(); }), "yield"));
}

}  // namespace
