// Explicit fibers inside of tasks: they block on behalf of the task that resumes them.
#include <chrono>
#include <string>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using namespace std::chrono_literals;
using explicit_fiber = support::nothing_left;
using support::to_parent;

TEST_F(explicit_fiber, may_sleep_join_and_spawn) {
  coir::testing::run([] {
    coir::fiber f([] {
      const auto start = coir::now();
      coir::sleep_for(1s);
      auto t = coir::spawn([] {
        coir::sleep_for(1s);
        return 5;
      });
      EXPECT_EQ(t.get(), 5);
      return coir::now() - start;
    });
    EXPECT_EQ(f.switch_to<coir::clock::duration>(), 2s);
  });
}

TEST_F(explicit_fiber, generates_values_for_a_task_while_others_run) {
  std::vector<std::string> order;
  coir::testing::run([&] {
    auto consumer = coir::spawn([&] {
      coir::fiber producer([] {
        for (int i = 1;; ++i) {
          coir::sleep_for(1s);
          to_parent(i);
        }
      });
      for (int i = 0; i < 3; ++i) order.push_back("got " + std::to_string(producer.switch_to<int>()));
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

TEST_F(explicit_fiber, made_before_the_run_may_block_in_it) {
  coir::fiber f([] {
    coir::sleep_for(1s);
    return 3;
  });
  EXPECT_EQ(coir::testing::run([&] { return f.switch_to<int>(); }), 3);
}

TEST_F(explicit_fiber, suspended_in_one_run_may_go_on_in_the_next) {
  coir::fiber f([] {
    for (;;) {
      coir::sleep_for(1s);
      to_parent();
    }
  });
  for (int i = 0; i < 3; ++i) {
    coir::testing::run([&] {
      const auto start = coir::now();
      f.switch_to();
      EXPECT_EQ(coir::now() - start, 1s);
    });
  }
}

TEST_F(explicit_fiber, by_the_hundred_in_many_tasks_keep_apart) {
  coir::testing::run([] {
    std::vector<coir::task<int>> tasks;
    for (int i = 0; i < 50; ++i)
      tasks.push_back(coir::spawn([i] {
        coir::fiber inner([i] {
          for (int k = 0;; ++k) {
            coir::yield();
            to_parent(i * 1000 + k);
          }
        });
        int last = 0;
        for (int k = 0; k < 20; ++k) {
          last = inner.switch_to<int>();
          EXPECT_EQ(last, i * 1000 + k);
          coir::yield();
        }
        return last;
      }));
    for (int i = 0; i < 50; ++i) EXPECT_EQ(tasks[static_cast<std::size_t>(i)].get(), i * 1000 + 19);
  });
}

TEST_F(explicit_fiber, that_ends_on_behalf_of_a_task_returns_to_it) {
  coir::testing::run([] {
    auto t = coir::spawn([] {
      coir::fiber f([] {
        coir::sleep_for(1s);
        return std::string("ended");
      });
      return f.switch_to<std::string>();
    });
    EXPECT_EQ(t.get(), "ended");
  });
}

TEST_F(explicit_fiber, dropped_while_another_task_runs_is_unwound_there) {
  coir::testing::run([] {
    coir::fiber f([c = support::counted(1)] { to_parent(); });
    f.switch_to();
    coir::spawn([&] { f = coir::fiber(); }).join();
    EXPECT_EQ(support::counted::live(), 0);
  });
}

}  // namespace
