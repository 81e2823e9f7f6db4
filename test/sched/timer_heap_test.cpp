#include <coir/sched/detail/timer_heap.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

namespace {

using coir::deadline;
using coir::detail::timer;
using coir::detail::timer_heap;
using std::chrono::nanoseconds;

deadline at(int ns) { return deadline(nanoseconds(ns)); }

TEST(timer_heap, is_empty_at_first) {
  timer_heap heap;
  EXPECT_TRUE(heap.empty());
  EXPECT_EQ(heap.next(), coir::never);
}

TEST(timer_heap, gives_the_earliest_first) {
  timer_heap heap;
  std::vector<timer> timers(100);
  for (int i = 0; i < 100; ++i) {
    heap.insert(timers[static_cast<std::size_t>(i)], at(i * 37 % 100), {});
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(heap.next(), at(i));
    timer& t = heap.pop();
    EXPECT_EQ(t.at, at(i));
    EXPECT_FALSE(t.queued);
  }
  EXPECT_TRUE(heap.empty());
}

TEST(timer_heap, gives_equal_ones_in_the_order_of_insertion) {
  timer_heap heap;
  std::vector<timer> timers(50);
  for (timer& t : timers) heap.insert(t, at(7), {});
  for (timer& t : timers) EXPECT_EQ(&heap.pop(), &t);
}

TEST(timer_heap, agrees_with_a_sorted_list_over_random_operations) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    timer_heap heap;
    std::vector<timer> timers(64);
    std::vector<timer*> queued;  // in the order of insertion
    for (int step = 0; step < 2000; ++step) {
      timer& t = timers[random() % timers.size()];
      if (t.queued) {
        heap.erase(t);
        ASSERT_FALSE(t.queued);
        std::erase(queued, &t);
      } else if (random() % 3 != 0) {
        heap.insert(t, at(static_cast<int>(random() % 20)), {});
        ASSERT_TRUE(t.queued);
        queued.push_back(&t);
      } else if (!queued.empty()) {
        const auto first = std::ranges::min_element(queued, {}, [](const timer* q) { return q->at; });
        ASSERT_EQ(&heap.pop(), *first);
        queued.erase(first);
      }
      ASSERT_EQ(heap.empty(), queued.empty());
    }
    while (!queued.empty()) {
      const auto first = std::ranges::min_element(queued, {}, [](const timer* q) { return q->at; });
      ASSERT_EQ(&heap.pop(), *first);
      queued.erase(first);
    }
  }
}

}  // namespace
