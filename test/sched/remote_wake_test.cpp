// Wakes from other threads. A thread of the test wakes by handshake, never after a while.
#include <chrono>
#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using coir::lowlevel::scheduler;
using coir::lowlevel::wake_reason;
using coir::lowlevel::wake_token;
using remote_wake = support::nothing_left;

TEST_F(remote_wake, ends_a_wait_of_a_scheduler_that_has_nothing_else_to_do) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const wake_token token = s.prepare();
    std::thread other([&] { EXPECT_TRUE(scheduler::wake(token)); });
    EXPECT_EQ(s.park(token, "a sign"), wake_reason::woken);
    other.join();
    EXPECT_EQ(s.stats().remote_wakes, 1U);
  });
}

TEST_F(remote_wake, before_the_park_is_not_lost) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const wake_token token = s.prepare();
    std::thread([&] { scheduler::wake(token); }).join();
    EXPECT_EQ(s.park(token, "a sign"), wake_reason::woken);
  });
}

TEST_F(remote_wake, that_comes_late_is_harmless) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const wake_token old = s.prepare();
    scheduler::wake(old);
    s.park(old, "a first sign");
    const wake_token token = s.prepare();
    std::thread([&] {
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(scheduler::wake(old)) << "the owner decides later";
    }).join();
    EXPECT_EQ(s.park(token, "a second sign", coir::now() + 1s), wake_reason::timed_out);
  });
}

TEST_F(remote_wake, carries_the_reason) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    const wake_token token = s.prepare();
    std::thread other([&] { scheduler::wake(token, wake_reason::timed_out); });
    EXPECT_EQ(s.park(token, "a sign"), wake_reason::timed_out);
    other.join();
  });
}

TEST_F(remote_wake, wakes_in_the_order_of_the_calls) {
  coir::testing::run({.seed = 0}, [] {
    auto& s = *scheduler::current();
    std::vector<wake_token> tokens(20);
    std::vector<std::size_t> order;
    std::vector<coir::task<>> tasks;
    for (std::size_t i = 0; i < tokens.size(); ++i)
      tasks.push_back(coir::spawn([&, i] {
        s.park(tokens[i] = s.prepare(), "a sign");
        order.push_back(i);
      }));
    coir::yield();
    std::thread([&] {
      for (std::size_t i = tokens.size(); i-- > 0;) scheduler::wake(tokens[i]);
    }).join();
    for (auto& t : tasks) t.join();
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], tokens.size() - 1 - i);
  });
}

TEST_F(remote_wake, a_thousand_times_back_and_forth_loses_none) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    std::binary_semaphore asked(0);
    wake_token token;
    constexpr int rounds = 1000;
    std::thread other([&] {
      for (int i = 0; i < rounds; ++i) {
        asked.acquire();
        scheduler::wake(token);
      }
    });
    for (int i = 0; i < rounds; ++i) {
      token = s.prepare();
      asked.release();
      ASSERT_EQ(s.park(token, "an answer"), wake_reason::woken);
    }
    other.join();
  });
}

TEST_F(remote_wake, by_four_threads_of_one_wait_ends_it_once) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    for (int round = 0; round < 50; ++round) {
      const wake_token token = s.prepare();
      std::vector<std::thread> others;
      for (int i = 0; i < 4; ++i) others.emplace_back([&] { scheduler::wake(token); });
      ASSERT_EQ(s.park(token, "a sign"), wake_reason::woken);
      for (auto& t : others) t.join();
      ASSERT_EQ(s.park(s.prepare(), "nothing", coir::now() + 1ns), wake_reason::timed_out);
    }
  });
}

TEST_F(remote_wake, between_two_schedulers_works_both_ways) {
  constexpr int rounds = 200;
  std::binary_semaphore to_pong(0), to_ping(0);
  std::latch done(2);
  wake_token ping, pong;
  const auto play = [&done](wake_token& mine, wake_token& theirs, std::binary_semaphore& posted,
                       std::binary_semaphore& expected, bool first) {
    coir::testing::run([&] {
      auto& s = *scheduler::current();
      for (int i = 0; i < rounds; ++i) {
        mine = s.prepare();
        posted.release();
        if (first) {
          expected.acquire();
          scheduler::wake(theirs);
          EXPECT_EQ(s.park(mine, "the other"), wake_reason::woken);
        } else {
          EXPECT_EQ(s.park(mine, "the other"), wake_reason::woken);
          expected.acquire();
          scheduler::wake(theirs);
        }
      }
      done.arrive_and_wait();  // a scheduler outlives the use of its tokens
    });
  };
  std::thread other([&] { play(pong, ping, to_pong, to_ping, false); });
  play(ping, pong, to_ping, to_pong, true);
  other.join();
}

}  // namespace
