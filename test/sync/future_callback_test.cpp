// on_done: who calls it, when, and in which order.
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <coir/sched.hpp>
#include <coir/sync.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "counted.hpp"
#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using support::counted;
using on_done = support::nothing_left;

TEST_F(on_done, is_called_by_the_next_turn_after_the_value_came) {
  coir::testing::run([] {
    coir::promise<int> p;
    int got = 0;
    p.get_future().on_done([&](const coir::future<int>& f) { got = f.get(); });
    coir::yield();
    EXPECT_EQ(got, 0);
    p.set_value(7);
    EXPECT_EQ(got, 0) << "setting calls nobody back";
    coir::yield();
    EXPECT_EQ(got, 7);
  });
}

TEST_F(on_done, is_called_by_the_next_turn_when_registered_afterwards) {
  coir::testing::run([] {
    coir::promise<int> p;
    p.set_value(7);
    bool called = false;
    p.get_future().on_done([&] { called = true; });
    EXPECT_FALSE(called);
    coir::yield();
    EXPECT_TRUE(called);
  });
}

TEST_F(on_done, keeps_the_order_of_registration_before_and_after) {
  coir::testing::run([] {
    coir::promise<> p;
    std::vector<int> order;
    const auto f = p.get_future();
    for (int i = 0; i < 3; ++i) f.on_done([&order, i] { order.push_back(i); });
    p.set_value();
    for (int i = 3; i < 6; ++i) f.on_done([&order, i] { order.push_back(i); });
    coir::yield();
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 5}));
  });
}

TEST_F(on_done, is_called_for_errors_cancellations_and_broken_promises) {
  coir::testing::run([] {
    int calls = 0;
    const auto count = [&calls](const coir::future<>& f) {
      ++calls;
      EXPECT_ANY_THROW(f.get());
    };
    coir::promise<> failed, called_off;
    std::optional<coir::promise<>> broken(std::in_place);
    failed.get_future().on_done(count);
    called_off.get_future().on_done(count);
    broken->get_future().on_done(count);
    failed.set_exception(std::runtime_error("failed"));
    called_off.get_future().cancel();
    broken.reset();
    coir::yield();
    EXPECT_EQ(calls, 3);
  });
}

TEST_F(on_done, may_wait_and_holds_up_nobody) {
  coir::testing::run([] {
    coir::promise<> p;
    std::vector<int> order;
    p.get_future().on_done([&] {
      coir::sleep_for(1s);
      order.push_back(2);
    });
    p.get_future().on_done([&] { order.push_back(1); });
    p.set_value();
    coir::sleep_for(2s);
    EXPECT_EQ(order, (std::vector{1, 2}));
  });
}

TEST_F(on_done, without_a_scheduler_is_called_by_who_completes_it) {
  coir::promise<int> p;
  std::thread::id where;
  std::vector<int> order;
  p.get_future().on_done([&] {
    where = std::this_thread::get_id();
    order.push_back(1);
  });
  p.get_future().on_done([&] { order.push_back(2); });
  std::thread::id setter;
  std::thread([&] {
    setter = std::this_thread::get_id();
    p.set_value(7);
    EXPECT_EQ(order.size(), 2U) << "before set_value returns";
  }).join();
  EXPECT_EQ(where, setter);
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(on_done, without_a_scheduler_is_called_at_once_when_it_is_done) {
  coir::promise<int> p;
  p.set_value(7);
  int got = 0;
  p.get_future().on_done([&](coir::future<int> f) { got = f.get(); });
  EXPECT_EQ(got, 7);
}

TEST_F(on_done, runs_where_it_was_registered_though_another_thread_completes_it) {
  coir::testing::run([] {
    coir::promise<int> p;
    coir::promise<std::thread::id> where;
    const auto f = p.get_future();
    f.on_done([&] { where.set_value(std::this_thread::get_id()); });
    std::thread setter([&] { p.set_value(7); });
    EXPECT_EQ(where.get_future().get(), std::this_thread::get_id());
    setter.join();
  });
}

TEST_F(on_done, of_a_run_that_has_ended_is_destroyed_uncalled) {
  coir::promise<int> p;
  const auto f = p.get_future();
  coir::testing::run([&] { f.on_done([c = counted(1)] { ADD_FAILURE() << "called"; }); });
  int others = 0;
  f.on_done([&] { ++others; });
  EXPECT_EQ(counted::live(), 1) << "until the future is done";
  p.set_value(1);
  EXPECT_EQ(counted::live(), 0);
  EXPECT_EQ(others, 1);
}

TEST_F(on_done, hands_an_error_to_the_hook_and_goes_on) {
  coir::promise<int> p;
  bool called = false;
  p.get_future().on_done([] { throw std::runtime_error("in a callback"); });
  p.get_future().on_done([&] { called = true; });
  EXPECT_NO_THROW(p.set_value(1));
  EXPECT_TRUE(called);
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "in a callback");
  EXPECT_TRUE(support::names(reports[0].where, "future_callback_test.cpp:"));
}

TEST_F(on_done, takes_a_function_that_can_only_be_moved_and_destroys_it_after_the_call) {
  coir::promise<int> p;
  int got = 0;
  p.get_future().on_done(
      [&got, n = std::make_unique<int>(1), c = counted(1)](const coir::future<int>& f) { got = f.get() + *n; });
  p.set_value(6);
  EXPECT_EQ(got, 7);
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(on_done, may_register_another) {
  coir::testing::run({.seed = 0}, [] {
    coir::promise<int> p;
    int calls = 0;
    const auto f = p.get_future();
    f.on_done([&] {
      ++calls;
      f.on_done([&] { ++calls; });
    });
    p.set_value(1);
    coir::yield();
    EXPECT_EQ(calls, 1);
    coir::yield();
    EXPECT_EQ(calls, 2);
  });
}

}  // namespace
