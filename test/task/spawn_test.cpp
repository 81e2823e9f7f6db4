// When a spawned task runs, and how long what it owns lives.
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
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
using spawning = support::nothing_left;
using support::counted;

TEST_F(spawning, runs_nothing_at_once) {
  coir::testing::run([] {
    bool ran = false;
    auto t = coir::spawn([&] { ran = true; });
    EXPECT_FALSE(ran);
    EXPECT_FALSE(t.is_done());
    coir::yield();
    EXPECT_TRUE(ran);
    EXPECT_TRUE(t.is_done());
  });
}

TEST_F(spawning, starts_tasks_in_the_order_of_the_calls) {
  coir::testing::run({.seed = 0}, [] {
    std::vector<int> order;
    for (int i = 0; i < 1000; ++i) coir::spawn([&order, i] { order.push_back(i); });
    coir::yield();
    ASSERT_EQ(order.size(), 1000U);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
  });
}

TEST_F(spawning, copies_no_temporary) {
  const int copies = counted::copies();
  coir::testing::run([] {
    EXPECT_EQ(coir::spawn([c = counted(4)] { return c.value(); }).get(), 4);
  });
  EXPECT_EQ(counted::copies(), copies);
}

TEST_F(spawning, destroys_the_captures_when_the_task_has_ended) {
  coir::testing::run([] {
    auto t = coir::spawn([c = counted(1)] { coir::sleep_for(1s); });
    coir::sleep_for(500ms);
    EXPECT_EQ(counted::live(), 1);
    t.join();
    EXPECT_EQ(counted::live(), 0) << "the handle keeps the result only";
  });
}

TEST_F(spawning, lets_captures_park_while_they_are_destroyed) {
  coir::testing::run([] {
    struct slow {
      bool* done;
      explicit slow(bool* d) : done(d) {}
      slow(slow&& other) noexcept : done(std::exchange(other.done, nullptr)) {}
      ~slow() {
        if (!done) return;
        coir::sleep_for(1s);
        *done = true;
      }
    };
    bool done = false;
    auto t = coir::spawn([s = slow(&done)] {});
    t.join();
    EXPECT_TRUE(done);
  });
}

TEST_F(spawning, gives_each_task_a_fiber_without_a_parent) {
  coir::testing::run([] {
    const coir::fiber main = coir::fiber::current();
    coir::spawn({.name = "reader"}, [&] {
      EXPECT_FALSE(coir::fiber::current() == main);
      EXPECT_TRUE(coir::fiber::current().parent() == coir::fiber());
      EXPECT_EQ(coir::fiber::current().name(), "reader");
      EXPECT_THROW(coir::fiber::current().set_parent(main), std::logic_error);
    }).get();
  });
}

TEST_F(spawning, inside_of_a_task_works) {
  struct tree {
    static int leaves(int depth) {
      if (depth == 0) return 1;
      auto left = coir::spawn([=] { return leaves(depth - 1); });
      auto right = coir::spawn([=] { return leaves(depth - 1); });
      return left.get() + right.get();
    }
  };
  EXPECT_EQ(coir::testing::run([] { return tree::leaves(8); }), 256);
}

TEST_F(spawning, gives_the_stack_that_was_asked_for) {
  if (support::has_sanitizer) GTEST_SKIP() << "frames are larger";
  coir::testing::run([] {
    const auto big = coir::spawn({.stack_size = 4 << 20}, [] {
      volatile char room[2 << 20];
      room[0] = 1;
      room[sizeof(room) - 1] = 2;
      return room[0] + room[sizeof(room) - 1];
    });
    EXPECT_EQ(big.get(), 3);
  });
}

TEST_F(spawning, with_a_stack_size_out_of_range_is_an_error) {
  coir::testing::run([&] {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1} << 40}) {
      // At the spawn or as the task's own error: either way it is told and nothing runs.
      bool ran = false;
      EXPECT_THROW(coir::spawn({.stack_size = size}, [&] { ran = true; }).get(), std::invalid_argument);
      EXPECT_FALSE(ran);
    }
  });
}

TEST_F(spawning, outside_of_a_run_is_refused_and_leaves_nothing) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { (void)coir::spawn([c = counted(1)] {}); }), "spawn"));
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(spawning, a_hundred_thousand_that_have_not_run_takes_no_stacks) {
  coir::testing::run([] {
    constexpr int many = 100'000;
    int ran = 0;
    for (int i = 0; i < many; ++i) coir::spawn([&ran] { ++ran; });
    coir::yield();
    EXPECT_EQ(ran, many);
  });
}

TEST_F(spawning, from_an_explicit_fiber_works) {
  coir::testing::run([] {
    coir::fiber f([] { return coir::spawn([] { return 5; }).get(); });
    EXPECT_EQ(f.switch_to<int>(), 5);
  });
}

}  // namespace
