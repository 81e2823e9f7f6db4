// Calling off what is awaited, and giving up what was promised.
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <coir/base/cancelled.hpp>
#include <coir/sched.hpp>
#include <coir/sync.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "counted.hpp"
#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using support::counted;
using future_cancel = support::nothing_left;

template <class T>
std::optional<std::string> reason_of(const coir::future<T>& f) {
  try {
    f.get();
    return std::nullopt;
  } catch (const coir::cancelled& e) {
    return e.reason();
  }
}

TEST_F(future_cancel, throws_in_those_who_wait_and_tells_the_promise) {
  coir::testing::run([] {
    coir::promise<int> p;
    const auto f = p.get_future();
    auto t = coir::spawn([&] { return reason_of(f); });
    coir::yield();
    EXPECT_FALSE(p.is_cancelled());
    EXPECT_TRUE(f.cancel("not needed"));
    EXPECT_TRUE(p.is_cancelled());
    EXPECT_TRUE(f.is_cancelled());
    EXPECT_EQ(t.get(), "not needed");
    EXPECT_EQ(reason_of(f), "not needed");
    EXPECT_FALSE(f.cancel("again"));
  });
}

TEST_F(future_cancel, makes_the_promise_drop_what_it_is_set_to) {
  coir::promise<counted> p;
  p.get_future().cancel();
  EXPECT_FALSE(p.set_value(counted(1)));
  EXPECT_FALSE(p.set_exception(std::runtime_error("nobody wants it")));
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(future_cancel, comes_too_late_for_a_value) {
  coir::promise<int> p;
  const auto f = p.get_future();
  p.set_value(1);
  EXPECT_FALSE(f.cancel());
  EXPECT_FALSE(p.is_cancelled());
  EXPECT_EQ(f.get(), 1);
}

TEST_F(future_cancel, by_the_promise_throws_in_those_who_wait) {
  coir::promise<int> p;
  const auto f = p.get_future();
  EXPECT_TRUE(p.cancel("gave up"));
  EXPECT_FALSE(p.cancel("again"));
  EXPECT_TRUE(f.is_cancelled());
  EXPECT_EQ(reason_of(f), "gave up");
  EXPECT_THROW(p.set_value(1), std::logic_error) << "it has said its word";
}

TEST_F(future_cancel, by_an_exception_is_the_same_and_no_unhandled_error) {
  coir::promise<int> p, unseen;
  unseen.set_exception(coir::cancelled("unseen"));
  p.set_exception(coir::cancelled("gave up"));
  EXPECT_TRUE(p.get_future().is_cancelled());
  EXPECT_EQ(reason_of(p.get_future()), "gave up");
}

TEST_F(future_cancel, in_anothers_get_is_an_ordinary_error) {
  coir::testing::run([] {
    coir::promise<int> p;
    auto t = coir::spawn([f = p.get_future()] {
      EXPECT_EQ(reason_of(f), "called off");
      coir::yield();  // the task itself is not cancelled
      return 1;
    });
    coir::yield();
    p.get_future().cancel("called off");
    EXPECT_EQ(t.get(), 1);
  });
}

TEST_F(future_cancel, calls_on_cancel_in_the_next_turn_of_who_registered_it) {
  coir::testing::run([] {
    coir::promise<int> p;
    std::vector<int> order;
    p.on_cancel([&] { order.push_back(1); });
    p.on_cancel([&] { order.push_back(2); });
    p.get_future().cancel();
    EXPECT_TRUE(order.empty());
    coir::yield();
    EXPECT_EQ(order, (std::vector{1, 2}));
    p.on_cancel([&] { order.push_back(3); });
    coir::yield();
    EXPECT_EQ(order.size(), 3U) << "registered afterwards";
  });
}

TEST_F(future_cancel, calls_on_cancel_at_once_where_there_is_no_scheduler) {
  coir::promise<int> p;
  int calls = 0;
  p.on_cancel([&] { ++calls; });
  p.get_future().cancel();
  EXPECT_EQ(calls, 1);
  p.on_cancel([&] { ++calls; });
  EXPECT_EQ(calls, 2);
}

TEST_F(future_cancel, that_does_not_happen_destroys_on_cancel_uncalled) {
  coir::promise<int> set, given_up, broken;
  for (auto* p : {&set, &given_up, &broken}) p->on_cancel([c = counted(1)] { ADD_FAILURE() << "called"; });
  set.set_value(1);
  given_up.cancel();
  broken = coir::promise<int>();
  EXPECT_EQ(counted::live(), 0);
  set.on_cancel([c = counted(1)] { ADD_FAILURE() << "called"; });
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(future_cancel, reaches_a_producer_on_another_thread) {
  coir::testing::run([] {
    coir::promise<int> p;
    const auto f = p.get_future();
    coir::promise<> began, told;
    const auto stopped = told.get_future();
    std::thread producer([&] {
      coir::testing::run([&] {
        coir::promise<> stop;
        p.on_cancel([&] { stop.set_value(); });
        began.set_value();
        stop.get_future().get();
        EXPECT_TRUE(p.is_cancelled());
        told.set_value();
      });
    });
    began.get_future().get();
    EXPECT_TRUE(f.cancel("enough"));
    stopped.get();
    producer.join();
  });
}

}  // namespace
