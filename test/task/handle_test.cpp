// Handles of tasks: names, comparison, the empty one, dropping.
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using task_handle = support::nothing_left;
using support::counted;

TEST_F(task_handle, that_is_empty_refuses_everything) {
  const coir::task<int> t;
  EXPECT_FALSE(t);
  EXPECT_TRUE(t == coir::task<int>());
  EXPECT_THROW(t.join(), std::logic_error);
  EXPECT_THROW((void)t.join_for(1s), std::logic_error);
  EXPECT_THROW((void)t.join_until(coir::now()), std::logic_error);
  EXPECT_THROW((void)t.get(), std::logic_error);
  EXPECT_THROW(t.cancel(), std::logic_error);
  EXPECT_THROW((void)t.is_done(), std::logic_error);
  EXPECT_THROW((void)t.name(), std::logic_error);
}

TEST_F(task_handle, gives_the_chosen_name_or_a_number) {
  coir::testing::run([] {
    std::string name = "reader";
    auto named = coir::spawn({.name = name}, [] {});
    name = "xxxxxx";
    EXPECT_EQ(named.name(), "reader") << "copied";
    auto a = coir::spawn([] {});
    auto b = coir::spawn([] {});
    EXPECT_EQ(a.name().rfind("task ", 0), 0U) << a.name();
    EXPECT_NE(a.name(), b.name());
    a.join();
    EXPECT_EQ(named.name(), "reader");
  });
}

TEST_F(task_handle, copies_mean_the_same_task) {
  coir::testing::run([] {
    auto a = coir::spawn([] { return 1; });
    const auto copy = a;
    const auto other = coir::spawn([] { return 1; });
    EXPECT_TRUE(a == copy);
    EXPECT_FALSE(a == other);
    auto moved = std::move(a);
    EXPECT_FALSE(a);
    EXPECT_TRUE(moved == copy);
    moved = copy;
    auto& same = moved;
    moved = same;
    EXPECT_TRUE(moved);
    EXPECT_EQ(moved.get() + copy.get() + other.get(), 3);
  });
}

TEST_F(task_handle, dropped_lets_the_task_run_on) {
  coir::testing::run([] {
    bool done = false;
    coir::spawn([&done, c = counted(1)] {
      coir::sleep_for(1s);
      done = true;
    });
    coir::sleep_for(500ms);
    EXPECT_FALSE(done);
    EXPECT_EQ(counted::live(), 1);
    coir::sleep_for(1s);
    EXPECT_TRUE(done);
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(task_handle, to_itself_inside_the_task_leaves_nothing) {
  coir::testing::run([] {
    coir::task<> t;
    t = coir::spawn([&t, c = counted(1)] {
      const auto self = t;
      t = {};
      coir::sleep_for(1s);
      EXPECT_FALSE(self.is_done());
    });
    coir::sleep_for(2s);
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(task_handle, may_be_dropped_on_another_thread) {
  coir::testing::run([] {
    auto running = coir::spawn([] { coir::sleep_for(1s); });
    auto done = coir::spawn([] { return counted(1); });
    done.join();
    std::thread([a = std::move(running), b = std::move(done)]() mutable {
      a = {};
      b = {};
    }).join();
    EXPECT_EQ(counted::live(), 0);
    coir::sleep_for(2s);
  });
}

TEST_F(task_handle, joined_on_another_thread_is_refused) {
  coir::testing::run([] {
    auto t = coir::spawn([] {
      coir::sleep_for(1s);
      return 1;
    });
    std::thread([t] {
      EXPECT_THROW(t.join(), std::logic_error);
      coir::testing::run([&] { EXPECT_THROW((void)t.get(), std::logic_error); });
    }).join();
    EXPECT_EQ(t.get(), 1);
  });
}

TEST_F(task_handle, keeps_the_result_after_the_run) {
  coir::task<std::string> t;
  coir::testing::run([&] {
    t = coir::spawn([] { return std::string("kept"); });
    t.join();
  });
  EXPECT_TRUE(t.is_done());
}

}  // namespace
