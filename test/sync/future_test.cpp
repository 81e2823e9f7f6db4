// A value that is to come, and who may wait for it.
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <coir/base/cancelled.hpp>
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
using future = support::nothing_left;

static_assert(std::is_copy_constructible_v<coir::future<std::unique_ptr<int>>>);
static_assert(!std::is_copy_constructible_v<coir::promise<int>> &&
              std::is_nothrow_move_constructible_v<coir::promise<int>>);

TEST_F(future, gives_the_value_that_the_promise_was_set_to) {
  coir::testing::run([] {
    coir::promise<int> p;
    const coir::future<int> f = p.get_future();
    EXPECT_FALSE(f.is_done());
    EXPECT_TRUE(p.set_value(666));
    EXPECT_TRUE(f.is_done());
    EXPECT_EQ(f.get(), 666);
  });
}

TEST_F(future, is_waited_for_until_somebody_sets_it) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::promise<std::string> p;
    const auto f = p.get_future();
    auto setter = coir::spawn([&] {
      coir::sleep_for(2s);
      p.set_value("666");
    });
    EXPECT_EQ(f.get(), "666");
    EXPECT_EQ(coir::now(), start + 2s);
  });
}

TEST_F(future, wakes_everybody_in_the_order_of_their_coming) {
  std::vector<int> order;
  coir::testing::run({.seed = 0}, [&] {
    coir::promise<int> p;
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < 5; ++i)
      tasks.push_back(coir::spawn([&order, i, f = p.get_future()] {
        EXPECT_EQ(f.get(), 7);
        order.push_back(i);
      }));
    coir::yield();
    p.set_value(7);
    EXPECT_TRUE(order.empty()) << "setting switches to nobody";
    for (auto& t : tasks) t.join();
  });
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST_F(future, of_void_says_that_it_has_happened) {
  coir::testing::run([] {
    coir::promise<> p;
    const coir::future<> f = p.get_future();
    coir::call_later(1s, [&] { p.set_value(); });
    f.get();
    f.wait();
    EXPECT_TRUE(f.is_done());
  });
}

TEST_F(future, of_a_reference_gives_that_very_object) {
  int there = 1;
  coir::promise<int&> p;
  p.set_value(there);
  int& got = p.get_future().get();
  EXPECT_EQ(&got, &there);
}

TEST_F(future, of_what_can_only_be_moved_gives_it_once) {
  coir::promise<std::unique_ptr<int>> p;
  const auto f = p.get_future();
  const auto other = f;
  p.set_value(std::make_unique<int>(7));
  EXPECT_EQ(*f.get(), 7);
  EXPECT_TRUE(
      support::names(support::text_of<std::logic_error>([&] { (void)other.get(); }), "once", "future_test.cpp:"));
}

TEST_F(future, gives_each_who_asks_a_copy) {
  coir::promise<counted> p;
  const auto f = p.get_future();
  p.set_value(counted(7));
  const int copies = counted::copies();
  EXPECT_EQ(f.get().value(), 7);
  EXPECT_EQ(p.get_future().get().value(), 7);
  EXPECT_EQ(counted::copies(), copies + 2);
}

TEST_F(future, is_set_from_braces_and_what_converts) {
  coir::promise<std::vector<int>> list;
  list.set_value({1, 2, 3});
  EXPECT_EQ(list.get_future().get().size(), 3U);
  coir::promise<std::string> text;
  text.set_value("text");
  EXPECT_EQ(text.get_future().get(), "text");
}

TEST_F(future, throws_the_error_that_the_promise_was_set_to) {
  coir::promise<int> p, q;
  const auto f = p.get_future();
  p.set_exception(std::runtime_error("no route"));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(support::text_of<std::runtime_error>([&] { (void)f.get(); }), "no route");
  EXPECT_NO_THROW(f.wait());
  q.set_exception(std::make_exception_ptr(std::out_of_range("too far")));
  EXPECT_EQ(support::text_of<std::out_of_range>([&] { (void)q.get_future().get(); }), "too far");
}

TEST_F(future, whose_error_nobody_asked_for_tells_the_hook_once) {
  {
    coir::promise<int> p;
    const auto f = p.get_future();
    p.set_exception(std::runtime_error("unseen"));
  }
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "unseen");
  EXPECT_EQ(reports[0].origin, "a future");
  EXPECT_TRUE(support::names(reports[0].where, "future_test.cpp:"));
}

TEST_F(future, whose_promise_was_dropped_says_where_that_was_made) {
  coir::future<int> f;
  const int line = __LINE__ + 1;
  { f = coir::promise<int>().get_future(); }
  EXPECT_TRUE(f.is_done());
  EXPECT_FALSE(f.is_cancelled());
  const auto text = support::text_of<coir::broken_promise>([&] { (void)f.get(); });
  EXPECT_TRUE(support::names(text, "future_test.cpp:" + std::to_string(line), "dropped"));
}

TEST_F(future, whose_promise_was_dropped_wakes_who_waits) {
  coir::testing::run([] {
    std::optional<coir::promise<int>> p(std::in_place);
    auto t = coir::spawn([f = p->get_future()] { return f.get(); });
    coir::yield();
    p.reset();
    EXPECT_THROW((void)t.get(), coir::broken_promise);
  });
}

TEST_F(future, is_broken_by_assigning_to_its_promise) {
  coir::promise<int> p;
  const auto old = p.get_future();
  p = coir::promise<int>();
  EXPECT_THROW((void)old.get(), coir::broken_promise);
  p.set_value(1);
  EXPECT_EQ(p.get_future().get(), 1);
}

TEST_F(future, moves_with_its_promise) {
  coir::promise<int> p;
  const auto f = p.get_future();
  coir::promise<int> heir = std::move(p);
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([&] { p.set_value(1); }), "moved from"));
  heir.set_value(2);
  EXPECT_EQ(f.get(), 2);
}

TEST_F(future, cannot_be_set_twice) {
  coir::promise<int> p;
  p.set_value(1);
  EXPECT_TRUE(
      support::names(support::text_of<std::logic_error>([&] { p.set_value(2); }), "second time", "future_test.cpp:"));
  EXPECT_THROW(p.set_exception(std::runtime_error("late")), std::logic_error);
  EXPECT_EQ(p.get_future().get(), 1);
}

TEST_F(future, cannot_be_set_to_no_exception) {
  coir::promise<int> p;
  EXPECT_THROW(p.set_exception(std::exception_ptr()), std::logic_error);
  p.set_value(1);
}

TEST_F(future, stays_unset_when_the_value_cannot_be_made) {
  struct fragile {
    fragile() = default;
    fragile(const fragile&) { throw std::runtime_error("fragile"); }
    fragile(fragile&&) noexcept {}
  };
  coir::promise<fragile> p;
  const fragile original;
  EXPECT_EQ(support::text_of<std::runtime_error>([&] { p.set_value(original); }), "fragile");
  EXPECT_FALSE(p.get_future().is_done());
  p.set_value(fragile());
  EXPECT_TRUE(p.get_future().is_done());
}

TEST_F(future, is_waited_for_no_longer_than_asked) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::promise<int> p;
    const auto f = p.get_future();
    EXPECT_FALSE(f.wait_for(2s));
    EXPECT_EQ(coir::now(), start + 2s);
    EXPECT_FALSE(f.wait_until(start + 3s));
    EXPECT_EQ(coir::now(), start + 3s);
    coir::call_later(1s, [&] { p.set_value(1); });
    EXPECT_TRUE(f.wait_for(2s));
    EXPECT_EQ(coir::now(), start + 4s);
    EXPECT_TRUE(f.wait_until(start)) << "it is done";
  });
}

TEST_F(future, is_left_alone_when_a_waiter_is_cancelled) {
  coir::testing::run([] {
    coir::promise<int> p;
    std::string reason;
    auto t = coir::spawn([&, f = p.get_future()] {
      try {
        (void)f.get();
      } catch (const coir::cancelled& e) {
        reason = e.reason();
      }
    });
    coir::yield();
    t.cancel("the waiter");
    t.join();
    EXPECT_EQ(reason, "the waiter");
    EXPECT_FALSE(p.is_cancelled());
    p.set_value(1);
    EXPECT_EQ(p.get_future().get(), 1);
  });
}

TEST_F(future, delivered_beats_a_later_cancel_of_the_waiter) {
  coir::testing::run([] {
    coir::promise<int> p;
    auto t = coir::spawn([f = p.get_future()] { return f.get(); });
    coir::yield();
    p.set_value(7);
    t.cancel();
    EXPECT_EQ(t.get(), 7);
  });
}

TEST_F(future, may_lose_its_promise_to_who_is_woken) {
  coir::testing::run([] {
    for (int i = 0; i < 100; ++i) {
      auto p = std::make_unique<coir::promise<int>>();
      auto t = coir::spawn([&p, f = p->get_future()] {
        f.wait();
        p.reset();
      });
      coir::yield();
      p->set_value(1);
      t.join();
    }
  });
}

TEST_F(future, has_handles_that_mean_the_same_or_none) {
  coir::promise<int> p, q;
  EXPECT_EQ(p.get_future(), p.get_future());
  EXPECT_NE(p.get_future(), q.get_future());
  const coir::future<int> none;
  EXPECT_FALSE(none);
  EXPECT_TRUE(p.get_future());
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([&] { (void)none.get(); }), "empty"));
  EXPECT_THROW(none.wait(), std::logic_error);
  EXPECT_THROW(none.cancel(), std::logic_error);
}

TEST_F(future, keeps_its_value_no_longer_than_its_handles) {
  {
    coir::promise<counted> p;
    p.set_value(counted(1));
    EXPECT_EQ(counted::live(), 1);
  }
  EXPECT_EQ(counted::live(), 0);
}

}  // namespace
