// greenlet's test_leaks.py: what is counted and measured after fibers, threads, and both.
#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <tuple>
#include <vector>

#include "memory.hpp"
#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_leaks = support::nothing_left;

constexpr std::size_t mib = 1024 * 1024;

// Runs `round` until memory has stopped growing, in at most so many rounds that growth is certain.
template <class F>
void expect_flat(F&& round) {
  if (support::has_sanitizer) {  // which keep what is freed
    round();
    return;
  }
  for (int i = 0; i < 3; ++i) round();
  std::size_t highest = support::resident();
  std::size_t after = 0;
  for (int i = 0; i < 20; ++i) {
    round();
    after = support::resident();
    if (after <= highest + mib / 4) return;
    highest = std::max(highest, after);
  }
  ADD_FAILURE() << "grows by each round, to " << after / mib << " MiB";
}

TEST_F(greenlet_leaks, test_arg_refs) {
  const auto a = std::make_shared<int>();
  const auto b = std::make_shared<int>();
  const fiber g([](std::shared_ptr<int> x, std::shared_ptr<int> y) { to_parent(std::move(x), std::move(y)); });
  for (int i = 0; i < 100; ++i) g.switch_to(a, b);  // the third and all later ones come back by themselves
  EXPECT_TRUE(g.is_dead());
  EXPECT_EQ(a.use_count(), 1);
  EXPECT_EQ(b.use_count(), 1);
}

TEST_F(greenlet_leaks, test_kwarg_refs) {
  struct named {
    std::shared_ptr<int> a;
  };
  const named n{std::make_shared<int>()};
  const fiber g([](named x) {
    for (;;) x = to_parent<named>(std::move(x));
  });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(g.switch_to<named>(n).a, n.a);
  EXPECT_EQ(n.a.use_count(), 1);
}

TEST_F(greenlet_leaks, test_threaded_leak) {
  static coir::fiber_local<std::shared_ptr<int>> local;
  std::vector<std::weak_ptr<int>> weak;
  std::vector<fiber> kept;
  for (int i = 0; i < 2; ++i) {
    on_a_thread([&] {
      *local = std::make_shared<int>();
      weak.push_back(*local);
      kept.push_back(fiber::current());
    });
  }
  for (const auto& w : weak) EXPECT_TRUE(w.expired()) << "the state of the thread's own fiber";
  for (const fiber& f : kept) EXPECT_TRUE(f.is_dead());
}

TEST_F(greenlet_leaks, test_threaded_adv_leak) {
  std::vector<std::weak_ptr<std::vector<fiber>>> weak;
  for (int i = 0; i < 2; ++i) {
    on_a_thread([&] {
      static thread_local std::shared_ptr<std::vector<fiber>> finished;
      finished = std::make_shared<std::vector<fiber>>();
      weak.emplace_back(finished);
      for (int k = 0; k < 2; ++k) fiber([c = counted(k)] { finished->push_back(fiber::current()); }).switch_to();
      finished->push_back(fiber::current());
    });
  }
  for (const auto& w : weak) EXPECT_TRUE(w.expired());
  EXPECT_EQ(counted::live(), 0);
}

// A fiber of another thread is dropped here; that thread uses fibers once more before it ends, or does not.
void drop_on_another_thread(bool is_used_again) {
  constexpr int many = 10;
  std::vector<fiber> theirs;
  std::latch made(1);
  std::latch dropped(1);
  int unwound_before_end = 0;
  std::thread thread([&] {
    for (int i = 0; i < many; ++i) theirs.push_back(suspended_with(counted(i)));
    made.count_down();
    dropped.wait();
    EXPECT_EQ(counted::live(), many);
    if (is_used_again) fiber([] {}).switch_to();
    unwound_before_end = many - counted::live();
  });
  made.wait();
  theirs.clear();
  EXPECT_EQ(counted::live(), many) << "nothing runs here";
  dropped.count_down();
  thread.join();
  EXPECT_EQ(unwound_before_end, is_used_again ? many : 0);
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(greenlet_leaks, test_issue251_killing_cross_thread_leaks_list) { drop_on_another_thread(true); }

TEST_F(greenlet_leaks, test_issue251_issue252_need_to_collect_in_background) { drop_on_another_thread(false); }

TEST_F(greenlet_leaks, test_issue251_issue252_need_to_collect_in_background_cleanup_disabled) {
  expect_flat([] {
    for (int i = 0; i < 20; ++i) drop_on_another_thread(false);
  });
}

// What holds itself is out of reach of a count; the end of the thread is not.
TEST_F(greenlet_leaks, test_issue251_issue252_explicit_reference_not_collectable) {
  on_a_thread([] {
    fiber f([c = counted(1)] {
      const fiber explicit_reference = fiber::current();
      to_parent();
    });
    f.switch_to();
    f = fiber();
    EXPECT_EQ(counted::live(), 1);
  });
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(greenlet_leaks, test_untracked_memory_doesnt_increase) {
  expect_flat([] {
    for (int i = 0; i < 10'000; ++i) ASSERT_EQ(fiber([] { return 1; }).switch_to<int>(), 1);
  });
}

// Makes a thread with many suspended fibers, dropped there or here after its end.
void leave_unfinished(bool are_dropped_in_thread) {
  const int many = support::has_tsan ? 500 : support::has_asan ? 5'000 : 20'000;
  std::vector<fiber> fibers;
  std::atomic<int> exits = 0;
  on_a_thread([&] {
    for (int i = 0; i < many; ++i) {
      fibers.emplace_back([&exits] {
        try {
          to_parent();
        } catch (const fiber_exit&) {
          ++exits;
          throw;
        }
      });
      fibers.back().switch_to();
    }
    EXPECT_TRUE(std::ranges::all_of(fibers, [](const fiber& f) { return to_string(f).ends_with("(suspended)"); }));
    if (are_dropped_in_thread) {
      fibers.clear();
      EXPECT_EQ(exits, many);
    }
  });
  EXPECT_EQ(exits, many) << "each of them, once; at the thread's end if not before";
}

TEST_F(greenlet_leaks, test_untracked_memory_doesnt_increase_unfinished_thread_dealloc_in_thread) {
  expect_flat([] { leave_unfinished(true); });
}

TEST_F(greenlet_leaks, test_untracked_memory_doesnt_increase_unfinished_thread_dealloc_in_main) {
  expect_flat([] { leave_unfinished(false); });
}

}  // namespace
