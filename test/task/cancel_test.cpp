// Asking a task to end: level-triggered, delivered at blocking calls.
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/sync/wait_queue.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "reason_of.hpp"

namespace {

using namespace std::chrono_literals;
using cancelling = support::nothing_left;
using support::counted;
using support::reason_of;

TEST_F(cancelling, ends_the_blocking_call_at_once) {
  coir::testing::run([] {
    const auto start = coir::now();
    std::string reason;
    auto t = coir::spawn([&] { reason = reason_of([] { coir::sleep_for(1h); }); });
    coir::sleep_for(1s);
    EXPECT_TRUE(t.cancel("shutting down"));
    t.join();
    EXPECT_EQ(coir::now(), start + 1s);
    EXPECT_EQ(reason, "shutting down");
  });
}

TEST_F(cancelling, switches_to_nobody) {
  coir::testing::run([] {
    bool unwound = false;
    auto t = coir::spawn([&] {
      reason_of([] { coir::sleep_for(1h); });
      unwound = true;
    });
    coir::yield();
    t.cancel();
    EXPECT_FALSE(unwound);
    EXPECT_FALSE(t.is_done());
    t.join();
    EXPECT_TRUE(unwound);
  });
}

TEST_F(cancelling, shows_at_get_and_not_at_join) {
  coir::testing::run([] {
    auto t = coir::spawn([] { coir::sleep_for(1h); });
    coir::yield();
    t.cancel("enough");
    EXPECT_NO_THROW(t.join());
    EXPECT_TRUE(t.is_done());
    for (int i = 0; i < 2; ++i) EXPECT_EQ(reason_of([&] { t.get(); }), "enough");
  });
}

TEST_F(cancelling, is_no_unhandled_error) {
  coir::testing::run([] {
    coir::spawn([] { coir::sleep_for(1h); });
    auto t = coir::spawn([] { coir::sleep_for(1h); });
    coir::yield();
    t.cancel();
  });
  EXPECT_TRUE(unhandled.take().empty());
}

TEST_F(cancelling, lasts_every_blocking_call_throws_again) {
  coir::testing::run([] {
    std::vector<std::string> reasons;
    auto other = coir::spawn([] { coir::sleep_for(1h); });
    auto t = coir::spawn([&] {
      coir::lowlevel::wait_queue q;
      const std::vector<std::function<void()>> calls = {
          [] { coir::sleep_for(1h); },          [] { coir::sleep_for(0s); },
          [] { coir::yield(); },                [] { coir::sleep_until(coir::now() - 1s); },
          [&] { other.join(); },                [&] { other.get(); },
          [&] { (void)other.join_for(1s); },    [&] { q.wait_or_throw("a notice"); },
      };
      for (const auto& call : calls) reasons.push_back(reason_of(call));
    });
    coir::yield();
    t.cancel("why");
    t.join();
    EXPECT_EQ(reasons, std::vector<std::string>(8, "why"));
    EXPECT_FALSE(other.is_done());
  });
}

TEST_F(cancelling, keeps_the_first_reason) {
  coir::testing::run([] {
    auto t = coir::spawn([] { coir::sleep_for(1h); });
    coir::yield();
    EXPECT_TRUE(t.cancel("first"));
    EXPECT_FALSE(t.cancel("second"));
    EXPECT_EQ(reason_of([&] { t.get(); }), "first");
    EXPECT_FALSE(t.cancel("third")) << "it has ended";
  });
}

TEST_F(cancelling, an_ended_task_changes_nothing) {
  coir::testing::run([] {
    auto t = coir::spawn([] { return 1; });
    t.join();
    EXPECT_FALSE(t.cancel());
    EXPECT_EQ(t.get(), 1);
  });
}

TEST_F(cancelling, before_the_start_means_that_it_never_runs) {
  coir::testing::run([] {
    bool ran = false;
    auto t = coir::spawn([&ran, c = counted(1)] { ran = true; });
    EXPECT_TRUE(t.cancel("too early"));
    EXPECT_FALSE(t.cancel());
    t.join();
    EXPECT_FALSE(ran);
    EXPECT_TRUE(t.is_done());
    EXPECT_EQ(reason_of([&] { t.get(); }), "too early");
    EXPECT_EQ(counted::live(), 0) << "the captures are gone";
  });
}

TEST_F(cancelling, before_the_start_wakes_joiners) {
  coir::testing::run([] {
    std::vector<std::string> order;
    auto t = coir::spawn([&] { order.push_back("ran"); });
    auto joiner = coir::spawn([&] {
      t.join();
      order.push_back("joined");
    });
    t.cancel();
    joiner.join();
    EXPECT_EQ(order, std::vector<std::string>{"joined"});
  });
}

TEST_F(cancelling, does_not_reach_code_that_never_blocks) {
  coir::testing::run([] {
    auto t = coir::spawn([&] {
      coir::yield();
      return 5;
    });
    coir::yield();
    coir::task<int> busy;
    busy = coir::spawn([&] {
      busy.cancel();
      return 6;
    });
    EXPECT_EQ(busy.get(), 6);
    EXPECT_EQ(t.get(), 5);
  });
}

TEST_F(cancelling, is_meant_for_the_caller_of_join_not_for_the_joined) {
  coir::testing::run([] {
    auto joined = coir::spawn([] {
      coir::sleep_for(2s);
      return 1;
    });
    std::string reason;
    auto joiner = coir::spawn([&] { reason = reason_of([&] { (void)joined.get(); }); });
    coir::sleep_for(1s);
    joiner.cancel("the joiner");
    joiner.join();
    EXPECT_EQ(reason, "the joiner");
    EXPECT_FALSE(joined.is_done());
    EXPECT_EQ(joined.get(), 1);
  });
}

TEST_F(cancelling, swallowed_lets_the_task_end_well) {
  coir::testing::run([] {
    auto t = coir::spawn([] {
      reason_of([] { coir::sleep_for(1h); });
      return 3;
    });
    coir::yield();
    t.cancel();
    EXPECT_EQ(t.get(), 3);
  });
}

TEST_F(cancelling, comes_too_late_for_a_sleep_that_is_over) {
  coir::testing::run([] {
    const auto at = coir::now() + 1s;
    bool slept = false;
    std::string next;
    coir::task<> t;
    t = coir::spawn([&] {
      coir::sleep_until(at);
      slept = true;
      next = reason_of([] { coir::yield(); });
    });
    // Both timers fire in one turn, the sleeper's first; it is ready when it is cancelled.
    auto canceller = coir::spawn([&] {
      coir::sleep_until(at);
      t.cancel("late");
    });
    t.join();
    canceller.join();
    EXPECT_TRUE(slept);
  });
}

TEST_F(cancelling, of_a_ready_task_is_delivered_by_its_yield) {
  coir::testing::run([] {
    std::string reason;
    auto t = coir::spawn([&] {
      for (;;) {
        reason = reason_of([] { coir::yield(); });
        if (reason != "not cancelled") return;
      }
    });
    for (int i = 0; i < 5; ++i) coir::yield();
    t.cancel("enough");
    t.join();
    EXPECT_EQ(reason, "enough");
  });
}

TEST_F(cancelling, by_the_task_itself_works_at_its_next_blocking_call) {
  coir::testing::run([] {
    coir::task<> self;
    bool after = false;
    self = coir::spawn([&] {
      EXPECT_TRUE(self.cancel("myself"));
      after = true;
      coir::sleep_for(1h);
    });
    EXPECT_EQ(reason_of([&] { self.get(); }), "myself");
    EXPECT_TRUE(after);
  });
}

TEST_F(cancelling, reaches_the_explicit_fiber_in_which_the_task_waits) {
  coir::testing::run([] {
    std::string inner_reason, outer_reason;
    auto t = coir::spawn([&] {
      coir::fiber inner([&] {
        inner_reason = reason_of([] { coir::sleep_for(1h); });
        coir::sleep_for(1h);
      });
      outer_reason = reason_of([&] { inner.switch_to(); });
    });
    coir::yield();
    t.cancel("all of you");
    t.join();
    EXPECT_EQ(inner_reason, "all of you");
    EXPECT_EQ(outer_reason, "all of you");
  });
}

TEST_F(cancelling, concerns_explicit_fibers_only_while_the_task_resumes_them) {
  coir::testing::run([] {
    coir::fiber shared([] {
      for (;;) {
        const std::string reason = reason_of([] { coir::sleep_for(1s); });
        support::to_parent(reason);
      }
    });
    auto doomed = coir::spawn([&] {
      shared.set_parent(coir::fiber::current());
      return shared.switch_to<std::string>();
    });
    coir::yield();
    doomed.cancel("doomed");
    EXPECT_EQ(doomed.get(), "doomed");
    shared.set_parent(coir::fiber::current());
    EXPECT_EQ(shared.switch_to<std::string>(), "not cancelled") << "now main resumes it";
  });
}

TEST_F(cancelling, does_not_reach_tasks_that_the_cancelled_one_spawned) {
  coir::testing::run([] {
    coir::task<int> child;
    auto t = coir::spawn([&] {
      child = coir::spawn([] {
        coir::sleep_for(2s);
        return 4;
      });
      coir::sleep_for(1h);
    });
    coir::sleep_for(1s);
    t.cancel();
    t.join();
    EXPECT_EQ(child.get(), 4);
  });
}

TEST_F(cancelling, from_anothers_get_is_an_ordinary_error) {
  coir::testing::run([] {
    auto inner = coir::spawn([] { coir::sleep_for(1h); });
    auto outer = coir::spawn([&] { inner.get(); });
    coir::yield();
    inner.cancel("inner");
    EXPECT_EQ(reason_of([&] { outer.get(); }), "inner");
  });
}

TEST_F(cancelling, a_thousand_sleepers_ends_them_all) {
  coir::testing::run([] {
    const auto start = coir::now();
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < 1000; ++i) tasks.push_back(coir::spawn([c = counted(1)] { coir::sleep_for(1h); }));
    coir::yield();
    for (auto& t : tasks) EXPECT_TRUE(t.cancel());
    for (auto& t : tasks) t.join();
    EXPECT_EQ(coir::now(), start);
    EXPECT_EQ(counted::live(), 0);
  });
}

}  // namespace
