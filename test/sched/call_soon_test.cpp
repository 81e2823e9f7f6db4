// Callbacks of this thread's scheduler: when they run, in which order, and what becomes of those that wait.
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <coir/base/cancelled.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "counted.hpp"
#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using support::counted;
using call_soon = support::nothing_left;

TEST_F(call_soon, calls_in_the_next_turn_and_not_before) {
  coir::testing::run([] {
    bool called = false;
    coir::call_soon([&] { called = true; });
    EXPECT_FALSE(called);
    coir::yield();
    EXPECT_TRUE(called);
  });
}

TEST_F(call_soon, calls_in_the_order_of_the_calls) {
  std::vector<int> order;
  coir::testing::run([&] {
    for (int i = 0; i < 5; ++i) coir::call_soon([&order, i] { order.push_back(i); });
    coir::yield();
  });
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST_F(call_soon, takes_its_place_among_the_tasks) {
  std::vector<int> order;
  coir::testing::run({.seed = 0}, [&] {
    auto before = coir::spawn([&] { order.push_back(1); });
    coir::call_soon([&] { order.push_back(2); });
    auto after = coir::spawn([&] { order.push_back(3); });
    coir::yield();
  });
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST_F(call_soon, out_of_a_callback_means_the_turn_after) {
  std::vector<std::string> order;
  coir::testing::run({.seed = 0}, [&] {
    coir::call_soon([&] {
      coir::call_soon([&] { order.push_back("queued by a callback"); });
      order.push_back("first");
    });
    coir::call_soon([&] { order.push_back("second"); });
    auto t = coir::spawn([&] { order.push_back("a task"); });
    coir::yield();
    EXPECT_EQ(order, (std::vector<std::string>{"first", "second", "a task"}));
    coir::yield();
    EXPECT_EQ(order.back(), "queued by a callback");
  });
}

TEST_F(call_soon, again_and_again_starves_nobody) {
  coir::testing::run({.seed = 0}, [] {
    bool stop = false;
    int calls = 0;
    struct again {
      bool& stop;
      int& calls;
      void operator()() const {
        ++calls;
        if (!stop) coir::call_soon(*this);
      }
    };
    coir::call_soon(again{stop, calls});
    for (int i = 0; i < 1000; ++i) coir::yield();
    EXPECT_GE(calls, 999);
    EXPECT_LE(calls, 1001);
    stop = true;
    coir::yield();
  });
}

TEST_F(call_soon, leaves_those_behind_a_callback_that_waits_their_turn) {
  std::vector<std::string> order;
  coir::testing::run([&] {
    coir::call_soon([&] {
      coir::sleep_for(1s);
      order.push_back("slept");
    });
    coir::call_soon([&] {
      coir::yield();
      order.push_back("yielded");
    });
    coir::call_soon([&] { order.push_back("third"); });
    coir::yield();
    coir::yield();
    coir::yield();
    EXPECT_EQ(order.front(), "third");
    coir::sleep_for(2s);
  });
  EXPECT_EQ(order, (std::vector<std::string>{"third", "yielded", "slept"}));
}

TEST_F(call_soon, runs_a_thousand_callbacks_that_all_wait_side_by_side) {
  coir::testing::run([] {
    const auto start = coir::now();
    int ended = 0;
    for (int i = 0; i < 1000; ++i)
      coir::call_soon([&] {
        coir::sleep_for(1s);
        ++ended;
      });
    coir::sleep_for(2s);
    EXPECT_EQ(ended, 1000);
    EXPECT_EQ(coir::now(), start + 2s);
  });
}

TEST_F(call_soon, hands_an_error_to_the_hook_and_goes_on) {
  bool called = false;
  coir::testing::run([&] {
    coir::call_soon([] { throw std::runtime_error("oops"); });
    coir::call_soon([&] { called = true; });
    coir::yield();
  });
  EXPECT_TRUE(called);
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "oops");
  EXPECT_EQ(reports[0].origin, "a callback");
  EXPECT_TRUE(support::names(reports[0].where, "call_soon_test.cpp:")) << "the line that queued it";
}

TEST_F(call_soon, destroys_the_function_once_it_was_called) {
  coir::testing::run([] {
    const auto c = coir::call_soon([c = counted(1)] { EXPECT_EQ(counted::live(), 1); });
    EXPECT_EQ(counted::live(), 1);
    coir::yield();
    EXPECT_EQ(counted::live(), 0) << "a handle keeps nothing";
  });
}

TEST_F(call_soon, takes_a_function_that_can_only_be_moved) {
  coir::testing::run([] {
    int got = 0;
    coir::call_soon([&got, p = std::make_unique<int>(7)] { got = *p; });
    coir::yield();
    EXPECT_EQ(got, 7);
  });
}

TEST_F(call_soon, can_be_called_off_until_it_begins) {
  coir::testing::run([] {
    bool called = false;
    const auto c = coir::call_soon([&called, c = counted(1)] { called = true; });
    EXPECT_TRUE(c.is_pending());
    EXPECT_TRUE(c.cancel());
    EXPECT_EQ(counted::live(), 0) << "its function is gone at once";
    EXPECT_FALSE(c.is_pending());
    EXPECT_FALSE(c.cancel()) << "once";
    coir::yield();
    EXPECT_FALSE(called);
  });
}

TEST_F(call_soon, cannot_be_called_off_by_itself_or_later) {
  coir::testing::run([] {
    coir::pending_call c;
    std::optional<bool> in_time;
    c = coir::call_soon([&] { in_time = c.cancel(); });
    coir::yield();
    EXPECT_EQ(in_time, false);
    EXPECT_FALSE(c.cancel());
  });
}

TEST_F(call_soon, of_a_batch_can_be_called_off_by_one_before_it) {
  coir::testing::run([] {
    coir::pending_call second;
    bool called = false;
    coir::call_soon([&] { EXPECT_TRUE(second.cancel()); });
    second = coir::call_soon([&] { called = true; });
    coir::yield();
    EXPECT_FALSE(called);
  });
}

TEST_F(call_soon, is_called_off_on_its_own_thread_only) {
  coir::testing::run([] {
    const auto c = coir::call_soon([] {});
    std::thread([&] {
      EXPECT_TRUE(support::names(support::text_of<std::logic_error>([&] { c.cancel(); }), "pending_call", "thread"));
    }).join();
    EXPECT_TRUE(c.cancel());
  });
}

TEST_F(call_soon, needs_a_scheduler) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { coir::call_soon([] {}); }), "call_soon"));
  EXPECT_FALSE(coir::pending_call().cancel());
}

TEST_F(call_soon, that_was_not_called_when_main_returns_is_destroyed_uncalled) {
  bool called = false;
  std::thread::id where;
  struct leaves_a_note {
    std::thread::id* where;
    leaves_a_note(std::thread::id* w) : where(w) {}
    leaves_a_note(leaves_a_note&& other) noexcept : where(std::exchange(other.where, nullptr)) {}
    ~leaves_a_note() {
      if (where) *where = std::this_thread::get_id();
    }
  };
  coir::pending_call c;
  coir::testing::run([&] { c = coir::call_soon([&called, note = leaves_a_note(&where)] { called = true; }); });
  EXPECT_FALSE(called);
  EXPECT_EQ(where, std::this_thread::get_id());
  EXPECT_FALSE(c.is_pending());
  EXPECT_FALSE(c.cancel());
}

TEST_F(call_soon, from_the_destructor_of_one_that_is_destroyed_uncalled_is_destroyed_uncalled) {
  struct queues {
    bool active = true;
    queues() = default;
    queues(queues&& other) noexcept : active(std::exchange(other.active, false)) {}
    ~queues() {
      if (!active) return;
      coir::call_soon([c = counted(1)] { ADD_FAILURE() << "called"; });
      coir::call_later(1s, [c = counted(1)] { ADD_FAILURE() << "called"; });
    }
  };
  coir::testing::run([] { coir::call_soon([q = queues()] { ADD_FAILURE() << "called"; }); });
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(call_soon, that_waits_when_main_returns_is_cancelled_and_waited_for) {
  std::optional<std::string> reason;
  bool cleaned = false;
  coir::testing::run([&] {
    coir::call_soon([&] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled& e) {
        reason = e.reason();
        EXPECT_THROW(coir::yield(), coir::cancelled) << "again and again";
        cleaned = true;
        throw;
      }
    });
    coir::yield();
  });
  EXPECT_EQ(reason, "the run has ended");
  EXPECT_TRUE(cleaned);
}

TEST_F(call_soon, goes_on_while_the_remaining_tasks_are_joined) {
  bool called = false;
  coir::testing::run({.seed = 0}, [&] {
    coir::spawn([&called] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        coir::call_soon([&called] { called = true; });
        const auto last = coir::spawn([] {});
        for (int i = 0; i < 3; ++i) EXPECT_THROW(coir::yield(), coir::cancelled);
      }
    });
    coir::yield();
  });
  EXPECT_TRUE(called);
}

TEST_F(call_soon, from_a_cancelled_task_is_not_cancelled) {
  coir::testing::run([] {
    bool slept = false;
    coir::task<> self;
    self = coir::spawn([&] {
      self.cancel();
      coir::call_soon([&] {
        coir::sleep_for(1s);
        slept = true;
      });
    });
    coir::sleep_for(2s);
    EXPECT_TRUE(slept);
  });
}

}  // namespace
