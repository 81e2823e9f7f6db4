#include <coir/sched/detail/timer_heap.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <set>
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

TEST(timer_heap, takes_deadlines_before_the_epoch_and_far_from_it) {
  timer_heap heap;
  const std::vector<deadline> all{deadline::min(), at(-5), at(0), at(5), coir::never - nanoseconds(1)};
  std::vector<timer> timers(all.size());
  for (std::size_t i = all.size(); i-- > 0;) heap.insert(timers[i], all[i], {});
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(heap.next(), all[i]);
    EXPECT_EQ(&heap.pop(), &timers[i]);
  }
}

// A crowd whose deadlines lie from nanoseconds to hours ahead, as time passes, or jumps.
TEST(timer_heap, agrees_with_a_sorted_set_in_a_crowd) {
  struct by_deadline {
    bool operator()(const timer* a, const timer* b) const { return a->at != b->at ? a->at < b->at : a < b; }
  };
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    timer_heap heap;
    std::vector<timer> timers(seed % 2 == 0 ? 20'000 : 2'000);
    std::set<timer*, by_deadline> queued;
    std::int64_t now = 0;
    const auto check_first = [&] {
      ASSERT_EQ(heap.next(), queued.empty() ? coir::never : (*queued.begin())->at);
      ASSERT_EQ(heap.empty(), queued.empty());
    };
    for (int round = 0; round < 40; ++round) {
      const int span = static_cast<int>(random() % 44);
      for (timer& t : timers) {
        if (random() % 4 == 0) continue;
        if (t.queued) {
          queued.erase(&t);
          heap.erase(t);
        } else {
          heap.insert(t, deadline(nanoseconds(now + static_cast<std::int64_t>(random() >> (63 - span)))), {});
          queued.insert(&t);
        }
      }
      check_first();
      now += static_cast<std::int64_t>(random() >> (63 - span)) / 4;
      while (heap.next() <= deadline(nanoseconds(now))) {
        timer& t = heap.pop();
        // Of equal ones any may come here; the order of insertion has a test of its own.
        ASSERT_EQ(t.at, (*queued.begin())->at);
        queued.erase(&t);
        check_first();
      }
    }
  }
}

TEST(timer_heap, keeps_no_more_of_erased_timers_than_of_others) {
  timer_heap heap;
  timer first;
  heap.insert(first, at(1), {});
  timer t;
  for (int i = 0; i < 100'000; ++i) {
    heap.insert(t, at(1'000'000 + i), {});
    heap.erase(t);
  }
  // The way back of each entry takes a slot: a late one tells how many there were.
  heap.insert(t, at(2), {});
  EXPECT_LT(t.slot, 200U);
}

}  // namespace
