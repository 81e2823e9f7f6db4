// Thirteen cases that a C++ version of greenlet is to be held to, where the tests that hold them are, and what
// those leave open.
//
//  1  values keep their arity, a switch to      switching.*; greenlet_greenlet.test_switch_kwargs_to_parent;
//     oneself is not traced                     tracing.does_not_tell_of_a_switch_to_oneself_or_of_one_refused
//  2  the dead pass switches on, an unstarted   ending.makes_later_switches_reach_the_parent,
//     ancestor is started with the value        ending.makes_a_later_switch_start_an_unstarted_parent
//  3  errors go to the parent of that time,     ending.by_exception_goes_to_the_parent_of_that_time,
//     and on where that fails                   ending.in_an_unstarted_parent_of_another_type_reaches_the_next_ancestor
//  4  fiber_exit is no error, the unstarted     throwing.nothing_ends_the_fiber_without_being_an_error,
//     never run                                 throwing.into_an_unstarted_fiber_never_runs_it
//  5  the last handle unwinds, once, at once    dropping.*, resurrection.*, unwinding.*
//  6  a foreign drop runs nothing there         threads.that_drop_another_ones_fiber_run_nothing_of_it,
//                                               threads.unwind_what_others_dropped_when_they_end_without_another_call
//  7  a foreign switch is refused               threads.refuse_a_switch_to_another_ones_fiber_and_name_both,
//                                               greenlet_greenlet.test_switching_many_threads, foreign_fiber.*
//  8  cycles, main, other threads as parents    parents.*; greenlet_parent.*
//  9  four fibers in try blocks                 greenlet_cpp.test_exception_switch,
//                                               greenlet_cpp.test_unhandled_exception_in_greenlet_aborts
// 10  exceptions being handled are a fiber's    exception_state.*; cases.forced_unwinding_*
// 11  switches in destructors, comparisons      greenlet_trash.test_it; cases.a_thousand_*, cases.a_sort_*
// 12  the tracer                                tracing.*; greenlet_tracing.*, greenlet_reentrant.*
// 13  memory stays flat                         cases.ten_thousand_*, cases.twenty_thousand_*; greenlet_leaks.*
#include <pthread.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "memory.hpp"
#include "nothing_left.hpp"
#include "parent.hpp"
#include "sanitizer.hpp"

namespace {

using cases = support::nothing_left;
using coir::fiber;
using support::counted;
using support::to_parent;

// What a fiber sees that is started, or resumed, while its starter is in whatever state.
struct seen {
  bool handles = true;
  int uncaught = -1;

  static seen here() { return {std::current_exception() != nullptr, std::uncaught_exceptions()}; }
  friend bool operator==(const seen&, const seen&) = default;
};
constexpr seen nothing{false, 0};

TEST_F(cases, forced_unwinding_of_a_thread_lets_destructors_and_handlers_switch) {
  std::vector<seen> by_fiber;
  bool handler_left = false;
  std::thread([&] {
    const fiber helper([&] {
      for (;;) {
        by_fiber.push_back(seen::here());
        try {
          throw std::runtime_error("the fiber's own");
        } catch (const std::runtime_error&) {
          to_parent();
        }
      }
    });
    struct switches {
      const fiber& helper;
      ~switches() { helper.switch_to(); }
    };
    const switches outermost{helper};
    try {
      const switches inner{helper};
      ::pthread_exit(nullptr);
    } catch (...) {
      helper.switch_to();
      handler_left = true;
      throw;
    }
  }).join();
  EXPECT_EQ(by_fiber, (std::vector{nothing, nothing, nothing})) << "destructor, handler, destructor";
  EXPECT_TRUE(handler_left);
}

TEST_F(cases, forced_unwinding_of_a_fiber_lets_destructors_and_handlers_switch) {
  std::vector<seen> by_fiber;
  std::vector<seen> by_dying;
  const fiber helper([&] {
    for (;;) {
      by_fiber.push_back(seen::here());
      fiber::current().parent().switch_to();
    }
  });
  struct switches {
    const fiber& helper;
    std::vector<seen>& after;
    ~switches() {
      helper.set_parent(fiber::current());
      helper.switch_to();
      after.push_back(seen::here());
    }
  };
  fiber dying([&] {
    const switches outermost{helper, by_dying};
    try {
      const switches inner{helper, by_dying};
      to_parent();
    } catch (...) {
      by_dying.push_back(seen::here());
      throw;
    }
  });
  dying.switch_to();
  try {
    throw std::runtime_error("the dropper's");
  } catch (const std::runtime_error& e) {
    const auto handled = std::current_exception();
    dying = fiber();
    EXPECT_EQ(std::current_exception(), handled);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
  }
  EXPECT_EQ(by_fiber, (std::vector{nothing, nothing}));
  EXPECT_EQ(by_dying, (std::vector{seen{false, 1}, seen{true, 0}, seen{false, 1}}))
      << "unwinding, in the handler, unwinding again";
}

// Objects nested a thousand deep, each of which switches before it destroys the next.
struct link {
  explicit link(std::unique_ptr<link> n) : next(std::move(n)) {}
  link(const link&) = delete;
  link& operator=(const link&) = delete;
  ~link() { to_parent(); }

  std::unique_ptr<link> next;
  counted account{1};
};

TEST_F(cases, a_thousand_nested_destructors_that_each_switch_destroy_what_was_made) {
  constexpr int depth = 1000;
  constexpr coir::fiber_options deep{.stack_size = 2U << 20U};  // sanitizers multiply frames
  int live_at_most = 0;
  std::vector<fiber> fibers;
  for (int i = 0; i < 3; ++i) {
    fibers.emplace_back(deep, [&] {
      std::unique_ptr<link> first;
      for (int k = 0; k < depth; ++k) first = std::make_unique<link>(std::move(first));
      live_at_most = counted::live();
    });
  }
  for (int step = 0; step < depth; ++step) {
    for (const fiber& f : fibers) {
      f.switch_to();
      ASSERT_TRUE(f) << "waits in the destructor of link " << step;
    }
  }
  EXPECT_EQ(live_at_most, 3 * depth);
  for (const fiber& f : fibers) {
    f.switch_to();
    EXPECT_TRUE(f.is_dead());
  }
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(cases, a_thousand_nested_destructors_that_each_switch_are_gone_through_by_a_kill) {
  constexpr int depth = 1000;
  struct asks {
    asks(const fiber& h, std::unique_ptr<asks> n) : helper(h), next(std::move(n)) {}
    ~asks() { EXPECT_EQ(helper.switch_to<int>(), 1); }
    const fiber& helper;
    std::unique_ptr<asks> next;
    counted account{1};
  };
  int answers = 0;
  fiber dying;
  const fiber helper([&] {
    for (;; ++answers) to_parent(static_cast<int>(std::current_exception() == nullptr));
  });
  dying = fiber({.stack_size = 2U << 20U}, [&] {
    helper.set_parent(fiber::current());
    std::unique_ptr<asks> first;
    for (int k = 0; k < depth; ++k) first = std::make_unique<asks>(helper, std::move(first));
    coir::fiber::current().parent().switch_to();
  });
  dying.switch_to();
  EXPECT_EQ(counted::live(), depth);
  dying = fiber();
  EXPECT_EQ(counted::live(), 0);
  EXPECT_EQ(answers, depth - 1) << "the last one waits to be asked again";
}

TEST_F(cases, a_sort_whose_comparisons_switch_sorts_and_destroys_what_was_made) {
  struct number {
    explicit number(int v) : value(v) {}
    int value;
    counted account{1};
  };
  const auto sorts = [](unsigned seed) {
    return fiber([seed] {
      std::mt19937 random(seed);
      std::vector<number> numbers;
      for (int i = 0; i < 200; ++i) numbers.emplace_back(static_cast<int>(random() % 100));
      const int made = counted::live();
      std::sort(numbers.begin(), numbers.end(), [](const number& a, const number& b) {
        to_parent();
        return a.value < b.value;
      });
      EXPECT_TRUE(std::ranges::is_sorted(numbers, {}, &number::value));
      EXPECT_LE(counted::live(), made + 4 * 200);
    });
  };
  std::vector<fiber> fibers;
  for (unsigned seed = 1; seed <= 4; ++seed) fibers.push_back(sorts(seed));
  const fiber abandoned = sorts(5);
  for (int i = 0; i < 50; ++i) abandoned.switch_to();
  int switches = 0;
  while (!std::ranges::all_of(fibers, &fiber::is_dead)) {
    for (const fiber& f : fibers) {
      if (!f.is_dead()) f.switch_to();
      ++switches;
    }
  }
  EXPECT_GT(switches, 4 * 1000);
  EXPECT_TRUE(abandoned) << "and goes in the middle of its sort";
}

// -- 13 ---------------------------------------------------------------------------

constexpr std::size_t mib = 1024 * 1024;

// Memory in use and memory mapped, after some rounds as much as after one more of them.
template <class F>
void expect_flat(F&& round) {
  for (int i = 0; i < 3; ++i) round();
  const std::size_t resident = support::resident();
  const std::size_t mapped = support::reserved();
  for (int i = 0; i < 3; ++i) round();
  if (support::has_sanitizer) return;  // which keep what is freed
  EXPECT_LE(support::resident(), resident + mib / 2);
  EXPECT_EQ(support::reserved(), mapped);
}

TEST_F(cases, ten_thousand_fibers_made_and_run_leave_memory_flat) {
  expect_flat([] {
    for (int i = 0; i < 10'000; ++i) {
      const fiber f([c = counted(i)](int n) {
        n += to_parent<int>(n);
        return n + c.value();
      });
      ASSERT_EQ(f.switch_to<int>(1), 1);
      ASSERT_EQ(f.switch_to<int>(2), i + 3);
    }
    ASSERT_EQ(counted::live(), 0);
  });
}

TEST_F(cases, twenty_thousand_suspended_fibers_dropped_leave_memory_flat) {
  const int many = support::has_tsan ? 1'000 : 20'000;
  int exits = 0;
  int rounds = 0;
  expect_flat([&] {
    std::vector<fiber> fibers;
    fibers.reserve(static_cast<std::size_t>(many));
    for (int i = 0; i < many; ++i) {
      fibers.emplace_back([&exits, c = counted(i)] {
        try {
          to_parent();
        } catch (const coir::fiber_exit&) {
          ++exits;
          throw;
        }
      });
      fibers.back().switch_to();
    }
    ASSERT_EQ(counted::live(), many);
    fibers.clear();
    ASSERT_EQ(exits, ++rounds * many);
    ASSERT_EQ(counted::live(), 0);
  });
}

}  // namespace
