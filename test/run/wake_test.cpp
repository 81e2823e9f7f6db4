// Wakes from threads that have no scheduler.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using coir::lowlevel::scheduler;
using coir::lowlevel::wake_reason;
using coir::lowlevel::wake_token;

class wake_from_a_thread : public support::nothing_left {};

TEST_F(wake_from_a_thread, ends_a_wait_while_the_scheduler_idles) {
  coir::run([] {
    scheduler& s = *scheduler::current();
    for (int i = 0; i < 200; ++i) {
      const wake_token token = s.prepare();
      std::thread other([token] { EXPECT_TRUE(scheduler::wake(token)); });
      ASSERT_EQ(s.park(token, "a thread"), wake_reason::woken);
      other.join();
    }
    EXPECT_EQ(s.stats().remote_wakes, 200u);
  });
}

TEST_F(wake_from_a_thread, that_came_before_the_park_ends_it) {
  coir::run([] {
    scheduler& s = *scheduler::current();
    for (int i = 0; i < 100; ++i) {
      const wake_token token = s.prepare();
      std::thread([token] { scheduler::wake(token); }).join();
      ASSERT_EQ(s.park(token, "a thread"), wake_reason::woken);
    }
  });
}

TEST_F(wake_from_a_thread, reaches_a_scheduler_that_never_idles) {
  coir::run([] {
    scheduler& s = *scheduler::current();
    std::atomic<bool> parked = false;
    bool woken = false;
    wake_token token;
    const auto t = coir::spawn([&] {
      token = s.prepare();
      parked = true;
      woken = s.park(token, "a thread") == wake_reason::woken;
    });
    coir::yield();
    std::thread other([&] { scheduler::wake(token); });
    while (!woken) coir::yield();
    other.join();
    t.join();
  });
}

TEST_F(wake_from_a_thread, that_comes_late_harms_no_later_wait) {
  coir::run([] {
    scheduler& s = *scheduler::current();
    for (int i = 0; i < 50; ++i) {
      const wake_token old = s.prepare();
      EXPECT_EQ(s.park(old, "time", coir::now() + 10us), wake_reason::timed_out);
      std::thread other([old] {
        for (int n = 0; n < 20; ++n) scheduler::wake(old);
      });
      const wake_token later = s.prepare();
      ASSERT_EQ(s.park(later, "time", coir::now() + 500us), wake_reason::timed_out);
      other.join();
    }
  });
}

TEST_F(wake_from_a_thread, by_several_at_once_ends_a_wait_once) {
  coir::run([] {
    scheduler& s = *scheduler::current();
    for (int round = 0; round < 50; ++round) {
      const wake_token token = s.prepare();
      std::vector<std::thread> threads;
      for (int i = 0; i < 4; ++i) threads.emplace_back([token] { scheduler::wake(token); });
      ASSERT_EQ(s.park(token, "threads"), wake_reason::woken);
      ASSERT_EQ(s.park(s.prepare(), "time", coir::now() + 50us), wake_reason::timed_out);
      for (auto& t : threads) t.join();
    }
  });
}

TEST_F(wake_from_a_thread, wakes_each_of_a_thousand_fibers) {
  coir::run([] {
    scheduler& s = *scheduler::current();
    constexpr int fibers = 1000;
    constexpr int waits = 10;
    std::vector<std::atomic<bool>> ready(fibers);
    std::vector<wake_token> tokens(fibers);
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < fibers; ++i)
      tasks.push_back(coir::spawn([&, i] {
        for (int n = 0; n < waits; ++n) {
          tokens[i] = s.prepare();
          ready[i] = true;
          ASSERT_EQ(s.park(tokens[i], "a thread"), wake_reason::woken);
        }
      }));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int left = fibers / 4 * waits; left > 0;)
          for (int i = t; i < fibers; i += 4)
            if (ready[i].exchange(false)) {
              scheduler::wake(tokens[i]);
              --left;
            }
      });
    for (const auto& t : tasks) t.get();
    for (auto& t : threads) t.join();
    EXPECT_EQ(s.stats().remote_wakes, static_cast<std::uint64_t>(fibers) * waits);
  });
}

TEST_F(wake_from_a_thread, races_with_a_deadline_and_one_of_them_wins) {
  coir::run([] {
    scheduler& s = *scheduler::current();
    int woken = 0;
    int timed_out = 0;
    for (int i = 0; i < 300; ++i) {
      const wake_token token = s.prepare();
      std::thread other([token] { scheduler::wake(token); });
      switch (s.park(token, "either", coir::now() + std::chrono::microseconds(i % 100))) {
        case wake_reason::woken: ++woken; break;
        case wake_reason::timed_out: ++timed_out; break;
        case wake_reason::cancelled: ADD_FAILURE() << "nobody cancelled"; break;
      }
      other.join();
    }
    EXPECT_EQ(woken + timed_out, 300);
  });
}

}  // namespace
