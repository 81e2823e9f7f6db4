#include <coir/sched/detail/ready_ring.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>

namespace {

using coir::detail::control;
using coir::detail::ready_ring;
using coir::detail::turn;

// The ring never looks at what it holds.
turn numbered(std::uintptr_t n) {
  return {reinterpret_cast<control*>(n * alignof(control) + alignof(control)),
          reinterpret_cast<coir::detail::activity*>(n + 1)};
}

TEST(ready_ring, gives_first_what_came_first_over_many_rounds) {
  ready_ring ring;
  std::deque<turn> model;
  std::mt19937 random(1);
  std::uintptr_t next = 0;
  for (int step = 0; step < 100'000; ++step) {
    // Grows for a while, then shrinks, several times over.
    if (random() % 100 < (step / 10'000 % 2 ? 35U : 65U)) {
      ring.push(numbered(next));
      model.push_back(numbered(next++));
    } else if (!model.empty()) {
      ASSERT_TRUE(ring.front() == model.front());
      ASSERT_TRUE(ring.pop() == model.front());
      model.pop_front();
    }
    ASSERT_EQ(ring.size(), model.size());
    ASSERT_EQ(ring.empty(), model.empty());
    ASSERT_EQ(ring.is_handy(), !model.empty() && model.size() <= ready_ring::many);
  }
}

TEST(ready_ring, rotates_as_if_by_pop_and_push) {
  ready_ring ring;
  std::deque<turn> model;
  for (std::uintptr_t i = 0; i < 1000; ++i) {
    // Full at each power of two, so that the room is that of the front in those rounds.
    ring.push(numbered(i));
    model.push_back(numbered(i));
    for (std::uintptr_t k = 0; k < 3; ++k) {
      ring.rotate(numbered(10'000 + i + k));
      model.pop_front();
      model.push_back(numbered(10'000 + i + k));
    }
    ASSERT_TRUE(ring.front() == model.front());
    ASSERT_EQ(ring.size(), model.size());
  }
  for (; !model.empty(); model.pop_front()) ASSERT_TRUE(ring.pop() == model.front());
  EXPECT_TRUE(ring.empty());
}

TEST(ready_ring, brings_one_forward_and_the_others_make_room) {
  ready_ring ring;
  std::deque<turn> model;
  std::mt19937 random(2);
  std::uintptr_t next = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (model.size() < 100 || random() % 2) {
      ring.push(numbered(next));
      model.push_back(numbered(next++));
    } else {
      ASSERT_TRUE(ring.pop() == model.front());
      model.pop_front();
    }
    if (model.empty()) continue;
    const std::size_t from = random() % model.size();
    const std::size_t to = random() % (from + 1);
    ring.bring_forward(ring.begin() + from, ring.begin() + to);
    const turn moved = model[from];
    model.erase(model.begin() + static_cast<std::ptrdiff_t>(from));
    model.insert(model.begin() + static_cast<std::ptrdiff_t>(to), moved);
    ASSERT_TRUE(ring.front() == model.front());
    ASSERT_TRUE(ring.back() == model.back());
    ASSERT_EQ(ring.end() - ring.begin(), model.size());
  }
}

TEST(ready_ring, counts_what_was_popped_whatever_it_was_pushed_to) {
  ready_ring ring;
  for (std::uintptr_t i = 0; i < 200; ++i) {
    ring.push(numbered(i));
    ring.push_front(numbered(i));
  }
  for (std::uint64_t popped = 1; popped <= 400; ++popped) {
    static_cast<void>(ring.pop());
    ASSERT_EQ(ring.popped(), popped);
  }
  ring.push(numbered(0));
  ring.rotate(numbered(1));
  EXPECT_EQ(ring.popped(), 401U);
}

}  // namespace
