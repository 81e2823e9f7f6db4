// The order in which ready fibers run, drawn from a seed.
#include <coir/testing/run.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <set>
#include <vector>

#include <coir/sched.hpp>
#include <coir/sync/wait_queue.hpp>
#include <coir/task.hpp>

#include <gtest/gtest.h>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using order = std::vector<int>;
using shuffling = support::nothing_left;

// The order in which `count` tasks run, each of which `wait`s once.
template <class F>
order order_of(std::uint64_t seed, int count, F wait) {
  order ran;
  coir::testing::run({.seed = seed}, [&] {
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < count; ++i)
      tasks.push_back(coir::spawn([&, i] {
        wait();
        ran.push_back(i);
      }));
    for (const auto& t : tasks) t.join();
  });
  return ran;
}

order in_order(int count) {
  order all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

template <class F>
void expect_all_orders_of_three(F wait) {
  std::set<order> seen;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) seen.insert(order_of(seed, 3, wait));
  EXPECT_EQ(seen.size(), 6U);
}

TEST_F(shuffling, is_off_with_a_seed_of_zero) {
  EXPECT_EQ(order_of(0, 100, [] {}), in_order(100));
  EXPECT_EQ(order_of(0, 100, [] { coir::yield(); }), in_order(100));
}

TEST_F(shuffling, gives_the_same_order_for_the_same_seed) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto run = [seed] { return order_of(seed, 50, [] { coir::sleep_for(1s); }); };
    EXPECT_EQ(run(), run());
  }
}

TEST_F(shuffling, draws_every_order_of_the_spawned) {
  expect_all_orders_of_three([] {});
}
TEST_F(shuffling, draws_every_order_of_those_a_deadline_wakes) {
  expect_all_orders_of_three([] { coir::sleep_for(1s); });
}

TEST_F(shuffling, runs_everybody_once) {
  order ran = order_of(17, 5000, [] { coir::sleep_for(1s); });
  EXPECT_NE(ran, in_order(5000));
  std::ranges::sort(ran);
  EXPECT_EQ(ran, in_order(5000));
}

TEST_F(shuffling, lets_who_yields_go_on_after_all_that_were_ready) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    coir::testing::run({.seed = seed}, [] {
      for (int round = 0; round < 20; ++round) {
        int ran = 0;
        for (int i = 0; i < 10; ++i)
          coir::spawn([&] {
            ++ran;
            coir::yield();
            ++ran;
          });
        coir::yield();
        ASSERT_GE(ran, 10);
        coir::yield();
        ASSERT_EQ(ran, 20);
      }
    });
}

TEST_F(shuffling, lets_who_spawns_now_go_on_first) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    coir::testing::run({.seed = seed}, [] {
      bool others_ran = false;
      for (int i = 0; i < 10; ++i) coir::spawn([&] { others_ran = true; });
      const auto sleeps = [] { coir::sleep_for(1s); };
      coir::spawn_now([&] {
        coir::spawn_now(sleeps);
        coir::spawn_now([] {});
        coir::sleep_for(1s);
      });
      coir::spawn_now([&] { coir::spawn_now(sleeps); });
      EXPECT_FALSE(others_ran);
    });
}

TEST_F(shuffling, keeps_the_order_in_which_waiters_are_woken) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    coir::testing::run({.seed = seed}, [] {
      coir::lowlevel::wait_queue queue;
      order came, woken;
      std::vector<coir::task<>> tasks;
      for (int i = 0; i < 5; ++i)
        tasks.push_back(coir::spawn([&, i] {
          came.push_back(i);
          queue.wait("its turn");
          woken.push_back(i);
        }));
      coir::yield();
      for (std::size_t n = 1; queue.notify_one(); ++n) {
        while (woken.size() < n) coir::yield();
      }
      EXPECT_EQ(woken, came);
    });
}

TEST_F(shuffling, does_not_move_virtual_time) {
  coir::testing::run({.seed = 3}, [] {
    const auto start = coir::now();
    std::vector<coir::task<>> tasks;
    for (int i = 1; i <= 20; ++i)
      tasks.push_back(coir::spawn([i, start] {
        coir::sleep_for(std::chrono::seconds(i));
        EXPECT_EQ(coir::now(), start + std::chrono::seconds(i));
      }));
    for (const auto& t : tasks) t.join();
    EXPECT_EQ(coir::now(), start + 20s);
  });
}

}  // namespace
