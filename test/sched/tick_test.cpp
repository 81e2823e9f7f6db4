// Who wakes up an idle scheduler, and how often: sleeps that end within one tick share a wake-up, and nobody is early.
#include <chrono>
#include <random>
#include <utility>
#include <vector>

#include <coir/sched.hpp>
#include <coir/sched/detail/timer_heap.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using coir::deadline;
using coir::detail::end_of_tick;
using coir::lowlevel::scheduler;

TEST(end_of_tick, is_a_whole_millisecond_and_never_before) {
  constexpr deadline whole(1h + 5ms);
  EXPECT_EQ(end_of_tick(whole), whole);
  EXPECT_EQ(end_of_tick(whole + 1ns), whole + 1ms);
  EXPECT_EQ(end_of_tick(whole + 999'999ns), whole + 1ms);
  EXPECT_EQ(end_of_tick(deadline(-1ns)), deadline(0ns));
  EXPECT_EQ(end_of_tick(deadline(-1ms)), deadline(-1ms));
  EXPECT_EQ(end_of_tick(coir::never), coir::never);
  EXPECT_EQ(end_of_tick(coir::never - 1ns), coir::never);
}

using a_tick = support::nothing_left;

struct nap {
  coir::clock::duration length;
  coir::clock::duration slept{};
};

// Lets everybody sleep at once, beginning with a tick; how often the scheduler polled until all were awake.
std::uint64_t polls_of(std::vector<nap>& naps) {
  std::uint64_t polls = 0;
  coir::testing::run({.seed = 0}, [&] {
    const auto& stats = scheduler::current()->stats();
    std::vector<coir::task<>> tasks;
    for (nap& n : naps)
      tasks.push_back(coir::spawn([&n] {
        const deadline began = coir::now();
        coir::sleep_for(n.length);
        n.slept = coir::now() - began;
      }));
    coir::yield();
    const auto before = stats.polls;
    for (auto& t : tasks) t.join();
    polls = stats.polls - before;
  });
  for (const nap& n : naps) EXPECT_LE(n.length, n.slept);
  return polls;
}

TEST_F(a_tick, is_shared_by_deadlines_within_it) {
  std::vector<nap> naps{{20ms + 1ns}, {20ms + 300us}, {20ms + 700us}, {21ms}};
  EXPECT_EQ(polls_of(naps), 1U);
  for (const nap& n : naps) EXPECT_EQ(n.slept, 21ms);
}

TEST_F(a_tick, is_not_shared_by_deadlines_on_either_side_of_its_end) {
  std::vector<nap> naps{{20ms}, {20ms + 1ns}};
  EXPECT_EQ(polls_of(naps), 2U);
  EXPECT_EQ(naps[0].slept, 20ms);
  EXPECT_EQ(naps[1].slept, 21ms);
}

TEST_F(a_tick, is_not_waited_for_by_a_short_sleep) {
  for (const auto length : {1ns, 100ns, 100'000ns, 7'999'999ns, 8'000'000ns}) {
    std::vector<nap> naps{{length}};
    EXPECT_EQ(polls_of(naps), 1U);
    EXPECT_EQ(naps[0].slept, length);
  }
}

TEST_F(a_tick, that_is_ended_by_a_short_sleep_ends_for_all) {
  std::vector<nap> naps{{20ms + 300us}, {20ms + 700us}};
  coir::clock::duration short_slept{};
  coir::testing::run({.seed = 0}, [&] {
    const deadline began = coir::now();
    auto a = coir::spawn([&] {
      coir::sleep_for(naps[0].length);
      naps[0].slept = coir::now() - began;
    });
    auto b = coir::spawn([&] {
      coir::sleep_for(naps[1].length);
      naps[1].slept = coir::now() - began;
    });
    coir::sleep_for(20ms);
    coir::sleep_for(500us);
    short_slept = coir::now() - began;
    a.join();
    b.join();
  });
  EXPECT_EQ(short_slept, 20ms + 500us);
  EXPECT_EQ(naps[0].slept, 20ms + 500us);
  EXPECT_EQ(naps[1].slept, 21ms);
}

TEST_F(a_tick, costs_one_wake_up_however_many_sleep) {
  std::mt19937 random(7);
  std::vector<nap> naps;
  for (int i = 0; i < 2000; ++i) naps.push_back({8ms + 1ns + std::chrono::nanoseconds(random() % 100'000'000)});
  EXPECT_LE(polls_of(naps), 101U);
  for (const nap& n : naps) EXPECT_LT(n.slept, n.length + 1ms);
}

TEST_F(a_tick, leaves_the_order_of_the_deadlines) {
  std::vector<int> order;
  coir::testing::run({.seed = 0}, [&] {
    const deadline begin = coir::now();
    std::vector<coir::task<>> tasks;
    for (const int n : {3, 1, 4, 2, 0})
      tasks.push_back(coir::spawn([&order, begin, n] {
        coir::sleep_until(begin + 20ms + std::chrono::microseconds(100 * n));
        order.push_back(n);
      }));
    for (auto& t : tasks) t.join();
  });
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

// Both for the same instant, but for one of them that is near by now.
TEST_F(a_tick, leaves_the_order_of_the_calls_to_a_long_and_a_short_sleep) {
  std::vector<int> order;
  coir::testing::run({.seed = 0}, [&] {
    const deadline until = coir::now() + 20ms;
    const auto sleeps = [&](int n) {
      return coir::spawn([&order, until, n] {
        coir::sleep_until(until);
        order.push_back(n);
      });
    };
    auto first = sleeps(1);
    coir::sleep_for(15ms);
    auto second = sleeps(2);
    first.join();
    second.join();
  });
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(a_tick, is_for_the_deadlines_of_other_waits_too) {
  coir::testing::run({.seed = 0}, [] {
    auto& s = *scheduler::current();
    const deadline begin = coir::now();
    EXPECT_EQ(s.park(s.prepare(), "a sign", begin + 20ms + 1ns), coir::lowlevel::wake_reason::timed_out);
    EXPECT_EQ(coir::now(), begin + 21ms);
    EXPECT_EQ(s.park(s.prepare(), "a sign", begin + 21ms + 1ns), coir::lowlevel::wake_reason::timed_out);
    EXPECT_EQ(coir::now(), begin + 21ms + 1ns);
  });
}

}  // namespace
