// Stacks of several sizes, one after another, at once, and on several threads.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include <coir/fiber.hpp>

#include "fiber/stack.hpp"
#include "memory.hpp"
#include "nothing_left.hpp"
#include "parent.hpp"
#include "sanitizer.hpp"
#include "valgrind.hpp"

namespace {

using coir::detail::stack_shape;
using stack_sizes = support::nothing_left;
using support::to_parent;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

// More than a thread has caches for.
constexpr std::size_t sizes[] = {16 * kib, 32 * kib, 48 * kib, 64 * kib, 128 * kib, 256 * kib, 1 * mib};

// Fills most of its stack with `mark`, lets others run, and says whether all of it is still there.
template <std::size_t Bytes>
[[gnu::noinline]] bool keeps(unsigned char mark) {
  volatile unsigned char own[Bytes];
  for (std::size_t i = 0; i < Bytes; ++i) own[i] = mark;
  to_parent();
  return std::all_of(own, own + Bytes, [mark](unsigned char c) { return c == mark; });
}

bool keeps_most_of(std::size_t size, unsigned char mark) {
  if (size >= 256 * kib) return keeps<160 * kib>(mark);
  if (size >= 64 * kib) return keeps<32 * kib>(mark);
  return keeps<4 * kib>(mark);
}

TEST_F(stack_sizes, live_side_by_side_and_write_over_none_of_each_other) {
  std::deque<coir::fiber> fibers;
  for (int i = 0; i < 210; ++i) {
    const std::size_t size = sizes[static_cast<std::size_t>(i) % std::size(sizes)];
    fibers.emplace_back(coir::fiber_options{.stack_size = size},
                        [size, i] { return keeps_most_of(size, static_cast<unsigned char>(i)); });
    fibers.back().switch_to();
  }
  for (const coir::fiber& f : fibers) EXPECT_TRUE(f.switch_to<bool>());
}

TEST_F(stack_sizes, are_kept_apart_when_they_take_turns) {
  std::map<const void*, std::size_t> size_of;
  for (int round = 0; round < 200; ++round)
    for (const std::size_t size : sizes) {
      coir::fiber f({.stack_size = size}, [] { return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)); });
      const auto place = f.switch_to<std::uintptr_t>();
      const auto* slot = reinterpret_cast<const void*>(place / (4 * kib));
      EXPECT_EQ(size_of.emplace(slot, size).first->second, size) << "one place, two sizes";
    }
  EXPECT_LE(size_of.size(), 2 * std::size(sizes)) << "the newest one is used again";
}

TEST_F(stack_sizes, of_ended_fibers_are_used_again_however_they_are_mixed) {
  if (support::has_sanitizer || support::on_valgrind()) GTEST_SKIP() << "tools reserve address space of their own";
  const auto round = [] {
    std::deque<coir::fiber> fibers;
    for (int i = 0; i < 2'000; ++i) {
      fibers.emplace_back(coir::fiber_options{.stack_size = sizes[static_cast<std::size_t>(i) % std::size(sizes)]},
                          [] { to_parent(); });
      fibers.back().switch_to();
      if (i % 3 == 0) fibers.pop_front();
    }
  };
  round();
  const std::size_t before = support::reserved();
  for (int i = 0; i < 5; ++i) round();
  EXPECT_LT(support::reserved(), before + 4 * mib);
}

TEST_F(stack_sizes, that_a_thread_has_used_are_free_for_others_when_it_ends) {
  if (support::has_sanitizer) GTEST_SKIP() << "sanitizers reserve address space of their own";
  const auto work = [] {
    for (const std::size_t size : sizes) {
      std::vector<coir::fiber> fibers;
      for (int i = 0; i < 300; ++i) {
        fibers.emplace_back(coir::fiber_options{.stack_size = size}, [] { to_parent(); });
        fibers.back().switch_to();
      }
    }
  };
  std::thread(work).join();
  const std::size_t mapped = coir::stack_stats().mapped;
  for (int i = 0; i < 20; ++i) std::thread(work).join();
  EXPECT_EQ(coir::stack_stats().mapped, mapped);
}

TEST_F(stack_sizes, in_a_threads_cache_are_at_most_its_capacity) {
  constexpr std::size_t size = 96 * kib;
  {
    std::vector<coir::fiber> fibers;
    for (int i = 0; i < 2'000; ++i) {
      fibers.emplace_back(coir::fiber_options{.stack_size = size}, [] { to_parent(); });
      fibers.back().switch_to();
    }
  }
  EXPECT_LE(coir::detail::count_cached_stacks(stack_shape(size)), coir::detail::stack_cache::capacity);
  EXPECT_GT(coir::detail::count_cached_stacks(stack_shape(size)), 0U);
  // The rest is with the process: another thread gets some of them.
  const std::size_t mapped = coir::stack_stats().mapped;
  std::thread([&] { coir::fiber({.stack_size = size}, [] {}).switch_to(); }).join();
  EXPECT_EQ(coir::stack_stats().mapped, mapped);
}

TEST_F(stack_sizes, of_a_fifth_kind_take_over_the_cache_of_another) {
  for (const std::size_t size : sizes) {
    coir::fiber({.stack_size = size}, [] {}).switch_to();
    EXPECT_GT(coir::detail::count_cached_stacks(stack_shape(size)), 0U);
  }
  EXPECT_EQ(coir::detail::count_cached_stacks(stack_shape(sizes[0])), 0U);
}

TEST_F(stack_sizes, leave_frames_in_sixteen_sets_of_the_cache) {
  std::set<std::uintptr_t> offsets;
  std::vector<coir::fiber> fibers;
  for (int i = 0; i < 64; ++i) {
    fibers.emplace_back(coir::fiber_options{.stack_size = 208 * kib},
                        [] { to_parent(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))); });
    offsets.insert(fibers.back().switch_to<std::uintptr_t>() % (4 * kib) / 64);
  }
  EXPECT_GE(offsets.size(), 16U);
}

}  // namespace
