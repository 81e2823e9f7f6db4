// The stack of a fiber: its size, its depth, and the memory that many of them take.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <vector>

#include <coir/fiber.hpp>

#include "memory.hpp"
#include "nothing_left.hpp"
#include "parent.hpp"
#include "sanitizer.hpp"

namespace {

using stacks = support::nothing_left;
using support::counted;
using support::resident;
using support::to_parent;

constexpr std::size_t mib = 1024 * 1024;

// Touches about `bytes` of stack below its caller and returns a sum that no optimiser can guess.
[[gnu::noinline]] unsigned touch(std::size_t bytes) {
  volatile unsigned char block[1024];
  for (std::size_t i = 0; i < sizeof(block); i += 64) block[i] = 1;
  unsigned sum = 0;
  if (bytes > sizeof(block)) sum += touch(bytes - sizeof(block));
  // After the call, so that the block is not given up before it.
  for (std::size_t i = 0; i < sizeof(block); i += 64) sum += block[i];
  return sum;
}

TEST_F(stacks, hold_deep_recursion) {
  coir::fiber f([] { return touch(support::has_sanitizer ? 60'000 : 150'000); });
  EXPECT_GT(f.switch_to<unsigned>(), 0U);
}

TEST_F(stacks, are_as_large_as_asked_for) {
  coir::fiber f({.stack_size = 32 * mib}, [] { return touch((support::has_sanitizer ? 10 : 28) * mib); });
  EXPECT_GT(f.switch_to<unsigned>(), 0U);
}

TEST_F(stacks, give_three_quarters_of_what_was_asked_for) {
  if (support::has_sanitizer) GTEST_SKIP() << "frames are larger";
  for (const std::size_t size : {32U * 1024U, 64U * 1024U, 128U * 1024U}) {
    coir::fiber f({.stack_size = size}, [size] { return touch(size / 2); });
    EXPECT_GT(f.switch_to<unsigned>(), 0U);
  }
}

TEST_F(stacks, of_the_smallest_size_run_a_small_body) {
  coir::fiber f({.stack_size = 16 * 1024}, [] {
    to_parent();
    return 1;
  });
  f.switch_to();
  EXPECT_EQ(f.switch_to<int>(), 1);
}

TEST_F(stacks, of_the_smallest_size_can_be_unwound) {
  coir::fiber f({.stack_size = 16 * 1024}, [c = counted(1)] { to_parent(); });
  f.switch_to();
  f = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(stacks, out_of_range_are_refused) {
  for (const std::size_t size : {std::size_t{0}, 1024 * mib + 1, SIZE_MAX / 2, SIZE_MAX}) {
    EXPECT_THROW(coir::fiber({.stack_size = size}, [c = counted(1)] {}), std::invalid_argument) << size;
  }
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(stacks, of_the_largest_size_are_accepted) {
  if (support::has_sanitizer) GTEST_SKIP() << "address space is taken";
  coir::fiber f({.stack_size = 1024 * mib}, [] { return touch(900 * 1024); });
  EXPECT_GT(f.switch_to<unsigned>(), 0U);
}

TEST_F(stacks, of_odd_sizes_are_rounded_up) {
  coir::fiber tiny({.stack_size = 1}, [] { return 2; });
  EXPECT_EQ(tiny.switch_to<int>(), 2);
  coir::fiber f({.stack_size = 64 * 1024 + 1}, [] { return touch(support::has_sanitizer ? 10'000 : 45'000); });
  EXPECT_GT(f.switch_to<unsigned>(), 0U);
}

TEST_F(stacks, are_aligned_for_calls) {
  coir::fiber f([] {
    alignas(16) volatile char aligned[16];
    return reinterpret_cast<std::uintptr_t>(&aligned) % 16;
  });
  EXPECT_EQ(f.switch_to<std::uintptr_t>(), 0U);
}

TEST_F(stacks, keep_memory_flat_over_rounds_of_10000) {
  const auto round = [] {
    for (int i = 0; i < 10'000; ++i) {
      coir::fiber f([c = counted(i)] { return c.value(); });
      ASSERT_EQ(f.switch_to<int>(), i);
    }
  };
  round();
  const std::size_t before = resident();
  for (int i = 0; i < 4; ++i) round();
  EXPECT_EQ(counted::live(), 0);
  if (!support::has_sanitizer) {
    EXPECT_LT(resident(), before + mib);
  }
}

TEST_F(stacks, of_20000_suspended_fibers_are_unwound_and_reused) {
  const std::size_t many = support::has_tsan ? 1'000 : 20'000;
  std::size_t exits = 0;
  const auto round = [&] {
    std::vector<coir::fiber> fibers;
    for (std::size_t i = 0; i < many; ++i) {
      fibers.emplace_back([&exits] {
        try {
          to_parent();
        } catch (const coir::fiber_exit&) {
          ++exits;
          throw;
        }
      });
      fibers.back().switch_to();
    }
  };
  round();
  EXPECT_EQ(exits, many);
  const std::size_t before = resident();
  round();
  round();
  EXPECT_EQ(exits, 3 * many);
  if (!support::has_sanitizer) {
    EXPECT_LT(resident(), before + 4 * mib);
  }
}

TEST_F(stacks, of_dead_fibers_are_not_kept_by_handles) {
  if (support::has_sanitizer) GTEST_SKIP() << "sanitizers keep memory of their own";
  std::vector<coir::fiber> dead;
  dead.reserve(100'000);
  const auto add = [&](int count) {
    for (int i = 0; i < count; ++i) {
      dead.emplace_back([] {});
      dead.back().switch_to();
    }
  };
  add(1'000);
  const std::size_t before = resident();
  add(99'000);
  EXPECT_LT(resident() - before, 99'000U * 150U) << "128 bytes each";
  EXPECT_TRUE(std::ranges::all_of(dead, [](const coir::fiber& f) { return f.is_dead(); }));
}

TEST_F(stacks, hold_a_switch_inside_of_a_comparison_of_a_sort) {
  const auto sorted_with_switches = [](std::vector<int> v) {
    std::ranges::sort(v, [](int a, int b) {
      to_parent();
      return a < b;
    });
    return v;
  };
  bool done[2] = {false, false};
  const auto body = [&](std::vector<int> v, bool& flag) {
    return coir::fiber([&, v] {
      EXPECT_TRUE(std::ranges::is_sorted(sorted_with_switches(v)));
      flag = true;
    });
  };
  coir::fiber a = body({5, 3, 9, 1, 7, 2, 8}, done[0]);
  coir::fiber b = body({1, 9, 2, 8, 3, 7, 4, 6, 5}, done[1]);
  while (!a.is_dead() || !b.is_dead()) {
    if (!a.is_dead()) a.switch_to();
    if (!b.is_dead()) b.switch_to();
  }
  EXPECT_TRUE(done[0] && done[1]);
}

}  // namespace
