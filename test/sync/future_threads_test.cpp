// Promises and futures between threads, with a scheduler and without.
#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include <coir/sched.hpp>
#include <coir/sync.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "counted.hpp"
#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using support::counted;
using future_threads = support::nothing_left;

TEST_F(future_threads, a_fiber_waits_for_a_thread) {
  coir::testing::run([] {
    coir::promise<int> p;
    const auto f = p.get_future();
    std::thread setter([&] { p.set_value(7); });
    EXPECT_EQ(f.get(), 7);
    setter.join();
  });
}

TEST_F(future_threads, a_thread_waits_for_a_fiber) {
  coir::promise<int> p;
  coir::promise<> asked;
  std::thread asker([&, f = p.get_future()] {
    asked.set_value();
    EXPECT_EQ(f.get(), 7);
  });
  coir::testing::run([&] {
    asked.get_future().get();
    coir::sleep_for(1s);
    p.set_value(7);
  });
  asker.join();
}

TEST_F(future_threads, a_thread_waits_no_longer_than_asked) {
  coir::promise<int> p;
  const auto f = p.get_future();
  const auto until = coir::now() + 2ms;
  EXPECT_FALSE(f.wait_until(until));
  EXPECT_GE(coir::now(), until);
  EXPECT_FALSE(f.wait_for(0s));
  EXPECT_FALSE(f.wait_until(until)) << "a deadline in the past";
  p.set_value(1);
  EXPECT_TRUE(f.wait_for(0s));
}

TEST_F(future_threads, a_thread_is_woken_by_a_cancel) {
  coir::promise<int> p;
  const auto f = p.get_future();
  std::latch waiting(1);
  std::thread waiter([&] {
    waiting.count_down();
    EXPECT_THROW((void)f.get(), coir::cancelled);
  });
  waiting.wait();
  EXPECT_TRUE(f.cancel());
  waiter.join();
}

TEST_F(future_threads, everybody_gets_the_value_wherever_they_wait) {
  constexpr int threads = 3, schedulers = 3, fibers = 20;
  for (int round = 0; round < 10; ++round) {
    coir::promise<int> p;
    std::atomic<int> got = 0;
    std::latch there(threads + schedulers + 1);
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i)
      all.emplace_back([&, f = p.get_future()] {
        there.arrive_and_wait();
        got += f.get();
      });
    for (int i = 0; i < schedulers; ++i)
      all.emplace_back([&, f = p.get_future()] {
        coir::testing::run([&] {
          std::vector<coir::task<>> tasks;
          for (int k = 0; k < fibers; ++k) tasks.push_back(coir::spawn([&] { got += f.get(); }));
          coir::yield();
          there.arrive_and_wait();
          for (auto& t : tasks) t.join();
        });
      });
    there.arrive_and_wait();
    p.set_value(1);
    for (auto& t : all) t.join();
    ASSERT_EQ(got, threads + schedulers * fibers);
  }
}

TEST_F(future_threads, of_many_who_set_it_one_does) {
  for (int round = 0; round < 50; ++round) {
    coir::promise<int> p;
    std::atomic<int> set = 0, refused = 0;
    std::latch start(4);
    std::vector<std::thread> setters;
    for (int i = 0; i < 4; ++i)
      setters.emplace_back([&, i] {
        start.arrive_and_wait();
        try {
          set += p.set_value(i);
        } catch (const std::logic_error&) {
          ++refused;
        }
      });
    for (auto& t : setters) t.join();
    ASSERT_EQ(set, 1);
    ASSERT_EQ(refused, 3);
    ASSERT_TRUE(p.get_future().is_done());
  }
}

TEST_F(future_threads, a_value_that_races_with_a_cancel_is_delivered_or_dropped) {
  for (int round = 0; round < 200; ++round) {
    coir::promise<counted> p;
    const auto f = p.get_future();
    std::latch start(2);
    bool delivered = false;
    std::thread setter([&] {
      start.arrive_and_wait();
      delivered = p.set_value(counted(7));
    });
    start.arrive_and_wait();
    const bool cancelled = f.cancel();
    setter.join();
    ASSERT_NE(delivered, cancelled);
    ASSERT_EQ(f.is_cancelled(), cancelled);
  }
}

// A waiter whose deadline comes as the value does: its scheduler may be gone the moment after.
TEST_F(future_threads, a_waiter_that_gives_up_is_not_woken_after_its_scheduler_is_gone) {
  for (int round = 0; round < 200; ++round) {
    coir::promise<int> p;
    std::latch start(2);
    std::thread waiter([&, f = p.get_future()] {
      coir::testing::run([&] {
        start.arrive_and_wait();
        static_cast<void>(f.wait_for(1ns));
      });
    });
    start.arrive_and_wait();
    p.set_value(1);
    waiter.join();
  }
}

TEST_F(future_threads, the_promise_may_go_as_soon_as_the_value_is_seen) {
  for (int round = 0; round < 200; ++round) {
    auto p = std::make_unique<coir::promise<int>>();
    const auto f = p->get_future();
    auto* setting = p.get();
    std::thread setter([setting] { setting->set_value(1); });
    while (!f.is_done()) std::this_thread::yield();
    p.reset();
    setter.join();
    EXPECT_EQ(f.get(), 1);
  }
}

TEST_F(future_threads, callbacks_of_one_scheduler_keep_their_order_while_another_thread_completes) {
  coir::testing::run([] {
    for (int round = 0; round < 100; ++round) {
      coir::promise<> p;
      const auto f = p.get_future();
      std::vector<int> order;
      std::latch start(2);
      std::thread setter([&] {
        start.arrive_and_wait();
        p.set_value();
      });
      start.arrive_and_wait();
      coir::promise<> last;
      for (int i = 0; i < 20; ++i) f.on_done([&order, i] { order.push_back(i); });
      f.on_done([&] { last.set_value(); });
      last.get_future().get();
      setter.join();
      for (int i = 0; i < 20; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
    }
  });
}

}  // namespace
