// What a task results in, and how its end is waited for.
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using result = support::nothing_left;
using support::counted;

TEST_F(result, is_what_the_function_returns) {
  coir::testing::run([] {
    auto a = coir::spawn([] {
      coir::sleep_for(2s);
      return std::string("A");
    });
    auto b = coir::spawn([] { return 1; });
    static_assert(std::is_same_v<decltype(a), coir::task<std::string>>);
    static_assert(std::is_same_v<decltype(b), coir::task<int>>);
    EXPECT_EQ(a.get(), "A");
    EXPECT_EQ(b.get(), 1);
  });
}

TEST_F(result, may_be_nothing) {
  coir::testing::run([] {
    bool ran = false;
    coir::task<> t = coir::spawn([&] { ran = true; });
    t.get();
    t.get();
    EXPECT_TRUE(ran);
  });
}

TEST_F(result, is_copied_for_everyone_who_asks) {
  coir::testing::run([] {
    auto t = coir::spawn([] { return std::vector<int>(3, 7); });
    for (int i = 0; i < 3; ++i) EXPECT_EQ(t.get(), std::vector<int>(3, 7));
    auto a = coir::spawn([t] { return t.get().size(); });
    auto b = coir::spawn([t] { return t.get().size(); });
    EXPECT_EQ(a.get() + b.get(), 6U);
  });
}

TEST_F(result, that_cannot_be_copied_is_handed_out_once) {
  coir::testing::run([] {
    auto t = coir::spawn({.name = "maker"}, [] { return std::make_unique<int>(5); });
    EXPECT_EQ(*t.get(), 5);
    EXPECT_TRUE(support::names(support::text_of<std::logic_error>([&] { (void)t.get(); }), "maker"));
    t.join();
    EXPECT_TRUE(t.is_done());
  });
}

TEST_F(result, lives_as_long_as_the_handles) {
  coir::testing::run([] {
    auto t = coir::spawn([] { return counted(4); });
    t.join();
    EXPECT_EQ(counted::live(), 1);
    auto copy = t;
    t = {};
    EXPECT_EQ(copy.get().value(), 4);
    EXPECT_EQ(counted::live(), 1);
    copy = {};
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(result, of_a_reference_is_a_copy) {
  coir::testing::run([] {
    int n = 1;
    auto t = coir::spawn([&n]() -> int& { return n; });
    static_assert(std::is_same_v<decltype(t), coir::task<int>>);
    t.join();
    n = 2;
    EXPECT_EQ(t.get(), 1);
  });
}

int seven() { return 7; }

TEST_F(result, comes_from_any_callable) {
  coir::testing::run([] {
    EXPECT_EQ(coir::spawn(seven).get(), 7);
    EXPECT_EQ(coir::spawn(&seven).get(), 7);
    EXPECT_EQ(coir::spawn(std::function<int()>(seven)).get(), 7);
    EXPECT_EQ(coir::spawn([n = 1]() mutable { return ++n; }).get(), 2);
    EXPECT_EQ(coir::spawn([p = std::make_unique<int>(3)] { return *p; }).get(), 3);
    auto reusable = [n = 1]() mutable { return ++n; };
    EXPECT_EQ(coir::spawn(reusable).get(), 2);
    EXPECT_EQ(coir::spawn(reusable).get(), 2) << "it was copied";
  });
}

TEST_F(result, is_waited_for_by_many) {
  coir::testing::run({.seed = 0}, [] {
    auto t = coir::spawn([] { coir::sleep_for(1s); });
    std::vector<int> order;
    std::vector<coir::task<>> joiners;
    for (int i = 0; i < 5; ++i)
      joiners.push_back(coir::spawn([&order, t, i] {
        t.join();
        order.push_back(i);
      }));
    for (auto& j : joiners) j.join();
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
  });
}

TEST_F(result, that_is_there_is_given_without_waiting) {
  coir::testing::run([] {
    auto t = coir::spawn([] { return 1; });
    t.join();
    const auto start = coir::now();
    EXPECT_TRUE(t.join_until(start - 1h));
    EXPECT_TRUE(t.join_for(0s));
    EXPECT_EQ(t.get(), 1);
    EXPECT_EQ(coir::now(), start);
  });
}

TEST_F(result, is_waited_for_up_to_a_deadline) {
  coir::testing::run([] {
    const auto start = coir::now();
    auto t = coir::spawn([] { coir::sleep_for(3s); });
    EXPECT_FALSE(t.join_for(1s));
    EXPECT_EQ(coir::now(), start + 1s);
    EXPECT_FALSE(t.is_done());
    EXPECT_FALSE(t.join_until(start + 2s));
    EXPECT_EQ(coir::now(), start + 2s);
    EXPECT_FALSE(t.join_for(-1s));
    EXPECT_TRUE(t.join_for(10s));
    EXPECT_EQ(coir::now(), start + 3s);
    EXPECT_TRUE(t.is_done());
  });
}

TEST_F(result, of_a_task_that_ended_earlier_ends_a_long_wait_early) {
  coir::testing::run([] {
    const auto start = coir::now();
    auto t = coir::spawn([] { coir::sleep_for(1s); });
    EXPECT_TRUE(t.join_until(coir::never));
    EXPECT_EQ(coir::now(), start + 1s);
  });
}

TEST_F(result, of_a_task_that_waits_for_itself_is_refused) {
  coir::testing::run([] {
    coir::task<> self;
    self = coir::spawn({.name = "narcissus"}, [&] {
      EXPECT_TRUE(support::names(support::text_of<std::logic_error>([&] { self.join(); }), "narcissus"));
      EXPECT_THROW(self.get(), std::logic_error);
      EXPECT_THROW((void)self.join_for(1s), std::logic_error);
    });
    self.join();
    self.get();
  });
}

TEST_F(result, of_the_task_in_whose_explicit_fiber_one_is_is_refused) {
  coir::testing::run([] {
    coir::task<> self;
    self = coir::spawn([&] { coir::fiber([&] { EXPECT_THROW(self.join(), std::logic_error); }).switch_to(); });
    self.join();
  });
}

TEST_F(result, may_be_large) {
  coir::testing::run([] {
    auto t = coir::spawn([] { return std::array<int, 10'000>{{1, 2, 3}}; });
    EXPECT_EQ(t.get()[2], 3);
  });
}

}  // namespace
