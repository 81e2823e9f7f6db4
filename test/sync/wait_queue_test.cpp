#include <coir/sync/wait_queue.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using coir::lowlevel::wake_reason;
using wait_queue = support::nothing_left;
using queue = coir::lowlevel::wait_queue;

// Tasks that wait in a queue and note in which order they went on.
struct waiters {
  explicit waiters(queue& q, int count, coir::deadline until = coir::never) {
    for (int i = 0; i < count; ++i) {
      tasks.push_back(coir::spawn([this, &q, i, until] {
        const wake_reason reason = q.wait("a notice", until);
        if (reason == wake_reason::woken) order.push_back(i);
        return reason;
      }));
      coir::yield();
    }
  }
  std::vector<coir::task<wake_reason>> tasks;
  std::vector<int> order;
};

TEST_F(wait_queue, is_empty_at_first) {
  const queue q;
  EXPECT_TRUE(q.empty());
}

TEST_F(wait_queue, has_nobody_to_notify_when_empty) {
  queue q;
  EXPECT_FALSE(q.notify_one());
  q.notify_all();
  EXPECT_TRUE(q.empty());
}

TEST_F(wait_queue, wakes_one_at_a_time_first_come_first_served) {
  coir::testing::run([] {
    queue q;
    waiters w(q, 5);
    EXPECT_FALSE(q.empty());
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(w.order.size(), static_cast<std::size_t>(i));
      EXPECT_TRUE(q.notify_one());
      coir::yield();
    }
    EXPECT_EQ(w.order, (std::vector{0, 1, 2, 3, 4}));
    EXPECT_FALSE(q.notify_one());
    EXPECT_TRUE(q.empty());
    for (auto& t : w.tasks) t.join();
  });
}

TEST_F(wait_queue, wakes_all_in_the_order_of_coming) {
  coir::testing::run({.seed = 0}, [] {
    queue q;
    waiters w(q, 20);
    q.notify_all();
    EXPECT_TRUE(w.order.empty()) << "notifying switches to nobody";
    for (auto& t : w.tasks) EXPECT_EQ(t.get(), wake_reason::woken);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(w.order[static_cast<std::size_t>(i)], i);
    EXPECT_TRUE(q.empty());
  });
}

TEST_F(wait_queue, wakes_as_many_as_are_notified_in_one_turn) {
  coir::testing::run([] {
    queue q;
    waiters w(q, 5);
    EXPECT_TRUE(q.notify_one());
    EXPECT_TRUE(q.notify_one());
    EXPECT_TRUE(q.notify_one());
    coir::yield();
    std::ranges::sort(w.order);
    EXPECT_EQ(w.order, (std::vector{0, 1, 2}));
    q.notify_all();
    for (auto& t : w.tasks) t.join();
  });
}

TEST_F(wait_queue, lets_go_of_those_whose_time_is_up) {
  coir::testing::run([] {
    queue q;
    const auto start = coir::now();
    waiters w(q, 3, start + 1s);
    waiters patient(q, 1);
    for (auto& t : w.tasks) EXPECT_EQ(t.get(), wake_reason::timed_out);
    EXPECT_EQ(coir::now(), start + 1s);
    EXPECT_FALSE(q.empty());
    EXPECT_TRUE(q.notify_one()) << "the one that still waits";
    EXPECT_EQ(patient.tasks[0].get(), wake_reason::woken);
    EXPECT_TRUE(q.empty());
  });
}

TEST_F(wait_queue, passes_a_notice_on_when_its_first_waiter_was_timed_out_in_the_same_turn) {
  coir::testing::run([] {
    queue q;
    const auto at = coir::now() + 1s;
    // All three timers fire at once: first the notifier's, then the first waiter's.
    auto notifier = coir::spawn([&] {
      coir::sleep_until(at);
      EXPECT_TRUE(q.notify_one());
    });
    auto first = coir::spawn([&] { return q.wait("a notice", at); });
    auto second = coir::spawn([&] { return q.wait("a notice"); });
    notifier.join();
    const bool first_was_woken = first.get() == wake_reason::woken;
    coir::yield();
    EXPECT_NE(first_was_woken, second.is_done()) << "exactly one of them has the notice";
    q.notify_all();
    second.join();
  });
}

TEST_F(wait_queue, with_a_deadline_in_the_past_times_out_and_leaves) {
  coir::testing::run([] {
    queue q;
    EXPECT_EQ(q.wait("a notice", coir::now()), wake_reason::timed_out);
    EXPECT_EQ(q.wait("a notice", coir::deadline::min()), wake_reason::timed_out);
    EXPECT_TRUE(q.empty());
  });
}

TEST_F(wait_queue, lets_go_of_a_cancelled_waiter) {
  coir::testing::run([] {
    queue q;
    waiters w(q, 3);
    w.tasks[1].cancel();
    EXPECT_EQ(w.tasks[1].get(), wake_reason::cancelled);
    EXPECT_TRUE(q.notify_one());
    EXPECT_TRUE(q.notify_one());
    EXPECT_FALSE(q.notify_one());
    for (auto& t : w.tasks) t.join();
    std::ranges::sort(w.order);
    EXPECT_EQ(w.order, (std::vector{0, 2}));
  });
}

TEST_F(wait_queue, gives_a_notice_to_the_next_when_the_first_was_cancelled_in_the_same_turn) {
  coir::testing::run([] {
    queue q;
    waiters w(q, 2);
    w.tasks[0].cancel();
    EXPECT_TRUE(q.notify_one());
    EXPECT_EQ(w.tasks[0].get(), wake_reason::cancelled);
    EXPECT_EQ(w.tasks[1].get(), wake_reason::woken);
  });
}

TEST_F(wait_queue, lets_a_notice_win_over_a_later_cancel) {
  coir::testing::run([] {
    queue q;
    waiters w(q, 1);
    EXPECT_TRUE(q.notify_one());
    w.tasks[0].cancel();
    EXPECT_EQ(w.tasks[0].get(), wake_reason::woken);
  });
}

TEST_F(wait_queue, does_not_wait_in_a_cancelled_task) {
  coir::testing::run([] {
    queue q;
    int cancelled = 0;
    auto t = coir::spawn([&] {
      for (int i = 0; i < 3; ++i) cancelled += q.wait("a notice") == wake_reason::cancelled;
    });
    coir::yield();
    t.cancel();
    t.join();
    EXPECT_EQ(cancelled, 3);
    EXPECT_TRUE(q.empty());
  });
}

TEST_F(wait_queue, throws_when_asked_to) {
  coir::testing::run([] {
    queue q;
    EXPECT_FALSE(q.wait_or_throw("a notice", coir::now() + 1s));
    std::string reason;
    auto t = coir::spawn([&] {
      EXPECT_TRUE(q.wait_or_throw("a notice"));
      try {
        q.wait_or_throw("a notice");
      } catch (const coir::cancelled& c) {
        reason = c.reason();
      }
    });
    coir::yield();
    q.notify_one();
    coir::yield();
    t.cancel("enough");
    t.join();
    EXPECT_EQ(reason, "enough");
    EXPECT_TRUE(q.empty());
  });
}

TEST_F(wait_queue, serves_explicit_fibers_of_one_task_and_main) {
  coir::testing::run([] {
    queue q;
    auto t = coir::spawn([&] {
      coir::fiber inner([&] { return q.wait("a notice"); });
      return inner.switch_to<wake_reason>();
    });
    coir::spawn([&] {
      coir::testing::until_all_parked();
      EXPECT_TRUE(q.notify_one());
      EXPECT_TRUE(q.notify_one());
    });
    EXPECT_EQ(q.wait("a notice"), wake_reason::woken);
    EXPECT_EQ(t.get(), wake_reason::woken);
  });
}

TEST_F(wait_queue, puts_a_waiter_that_comes_back_at_the_end) {
  coir::testing::run([] {
    queue q;
    std::string order;
    std::vector<coir::task<>> tasks;
    for (const char name : {'a', 'b', 'c'}) {
      tasks.push_back(coir::spawn([&, name] {
        for (int i = 0; i < 2; ++i) {
          q.wait("a notice");
          order += name;
        }
      }));
      coir::yield();
    }
    for (int i = 0; i < 6; ++i) {
      EXPECT_TRUE(q.notify_one());
      coir::yield();
    }
    EXPECT_EQ(order, "abcabc");
    for (auto& t : tasks) t.join();
  });
}

TEST_F(wait_queue, does_not_wake_those_who_come_while_all_are_woken) {
  coir::testing::run([] {
    queue q;
    int rounds = 0;
    auto t = coir::spawn([&] {
      for (; rounds < 2; ++rounds) q.wait("a notice");
    });
    coir::yield();
    q.notify_all();
    coir::yield();
    coir::yield();
    EXPECT_EQ(rounds, 1);
    EXPECT_FALSE(q.empty());
    q.notify_all();
    t.join();
  });
}

TEST_F(wait_queue, may_be_destroyed_right_after_its_waiters_were_woken) {
  coir::testing::run([] {
    auto q = std::make_unique<queue>();
    waiters w(*q, 3);
    q->notify_all();
    for (auto& t : w.tasks) t.join();
    q.reset();
  });
}

}  // namespace
