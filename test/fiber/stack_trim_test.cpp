// The memory of a deep fiber: given back when it has ended, at no cost to shallow ones.
#include <sys/resource.h>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <thread>
#include <vector>

#include <coir/fiber.hpp>

#include "fiber/stack_trim.hpp"
#include "emulator.hpp"
#include "memory.hpp"
#include "nothing_left.hpp"
#include "parent.hpp"
#include "sanitizer.hpp"
#include "valgrind.hpp"

namespace {

using support::resident;
using support::to_parent;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

class trimming : public support::nothing_left {
 protected:
  void SetUp() override {
    if (support::has_sanitizer) GTEST_SKIP() << "sanitizers keep memory of their own, and make frames larger";
    if (support::on_valgrind()) GTEST_SKIP() << "on Valgrind free stacks are closed to everybody, and not trimmed";
  }
};

// Recurses `bytes` deep; each frame has a return address and little else that is not zero.
[[gnu::noinline]] unsigned recurse(std::size_t bytes) {
  unsigned char frame[256];
  frame[0] = 0;
  const unsigned deeper = bytes > sizeof(frame) ? recurse(bytes - sizeof(frame)) : 0;
  asm volatile("" : "+m"(frame));  // after the call, so that it is one, with the whole frame above it
  return deeper + frame[0];
}

// One frame of which every byte is touched, and is zero.
[[gnu::noinline]] unsigned char fill_with_zeros() {
  unsigned char zeros[128 * kib];
  std::memset(zeros, 0, sizeof zeros);
  asm volatile("" : : "r"(zeros) : "memory");
  return zeros[17];
}

// `count` fibers at once, each of which has called `code` and ends when all have.
template <class F>
void together(std::size_t count, F code) {
  std::vector<coir::fiber> fibers;
  for (std::size_t i = 0; i < count; ++i) {
    fibers.emplace_back([code] {
      code();
      to_parent();
    });
    fibers.back().switch_to();
  }
  for (const coir::fiber& f : fibers) f.switch_to();
}

// Until exact looks are rationed anew.
void await_tick() {
  const auto now = [] {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_nsec;
  };
  for (const long tick = now(); now() == tick;) std::this_thread::yield();
}

long faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

TEST_F(trimming, gives_the_memory_of_a_deep_fiber_back_when_it_ends) {
  coir::fiber([] {}).switch_to();
  const std::size_t before = resident();
  coir::fiber deep({.stack_size = 32 * mib}, [] {
    recurse(20 * mib);
    to_parent();
  });
  deep.switch_to();
  EXPECT_GT(resident(), before + 15 * mib);
  deep.switch_to();
  EXPECT_TRUE(deep.is_dead());
  EXPECT_LT(resident(), before + mib);
}

TEST_F(trimming, gives_the_memory_of_many_fibers_of_150_kib_back) {
  constexpr std::size_t many = 400;
  together(many, [] { recurse(4 * kib); });
  const std::size_t before = resident();
  together(many, [] { recurse(150 * kib); });
  EXPECT_LT(resident(), before + many * coir::detail::stack_watermark + mib);
}

TEST_F(trimming, of_an_unwound_fiber_happens_too) {
  coir::fiber([] {}).switch_to();
  const std::size_t before = resident();
  coir::fiber deep({.stack_size = 32 * mib}, [] {
    recurse(20 * mib);
    to_parent();
  });
  deep.switch_to();
  deep = coir::fiber();
  EXPECT_LT(resident(), before + mib);
}

TEST_F(trimming, of_many_deep_fibers_leaves_at_most_what_a_threads_cache_holds) {
  constexpr std::size_t many = 2'000;
  together(many, [] { recurse(4 * kib); });
  const std::size_t before = resident();
  together(many, fill_with_zeros);
  // A thread's cache may keep its own.
  EXPECT_LT(resident() - before, many * coir::detail::stack_watermark + 256 * 192 * kib + mib);
}

TEST_F(trimming, finds_frames_that_are_all_zeros_or_nearly) {
  coir::fiber([] {}).switch_to();
  await_tick();
  const std::size_t before = coir::stack_stats().resident;
  coir::fiber([] { fill_with_zeros(); }).switch_to();
  EXPECT_LE(coir::stack_stats().resident, before + coir::detail::stack_watermark);
  coir::fiber([] {
    volatile unsigned char mostly_untouched[128 * kib];
    for (std::size_t i = 0; i < sizeof(mostly_untouched); i += 4 * kib) mostly_untouched[i] = 1;
  }).switch_to();
  EXPECT_LE(coir::stack_stats().resident, before + coir::detail::stack_watermark);
}

TEST_F(trimming, of_hundreds_of_fibers_in_a_row_is_not_rationed_when_all_are_deep) {
  constexpr std::size_t many = 200;
  together(many, [] {});
  await_tick();
  const std::size_t before = coir::stack_stats().resident;
  together(many, fill_with_zeros);
  EXPECT_LE(coir::stack_stats().resident,
            before + many * coir::detail::stack_watermark + coir::detail::unlooked * 192 * kib + mib);
}

TEST_F(trimming, costs_a_shallow_fiber_no_page_fault) {
  const auto run = [] { coir::fiber([] { recurse(8 * kib); }).switch_to(); };
  for (int i = 0; i < 10; ++i) run();
  const long before = faults();
  for (int i = 0; i < 10'000; ++i) run();
  EXPECT_LT(faults() - before, 100);
}

TEST_F(trimming, costs_a_deep_fiber_its_faults_once_when_the_same_stack_is_deep_again_and_again) {
  const auto run = [] { coir::fiber([] { recurse(150 * kib); }).switch_to(); };
  run();
  await_tick();
  const long before = faults();
  for (int i = 0; i < 100; ++i) run();
  EXPECT_LT(faults() - before, 100 * 20) << "of 30 pages each";
}

TEST_F(trimming, of_one_stack_again_and_again_leaves_no_more_than_that_one) {
  coir::fiber([] {}).switch_to();
  const std::size_t before = coir::stack_stats().resident;
  for (int i = 0; i < 1'000; ++i) coir::fiber([] { recurse(150 * kib); }).switch_to();
  EXPECT_LE(coir::stack_stats().resident, before + 192 * kib);
}

TEST_F(trimming, leaves_the_guard_in_force) {
  if (support::is_emulated()) GTEST_SKIP() << "an emulator starts no program anew";
  EXPECT_EXIT(
      {
        for (int i = 0; i < 100; ++i) coir::fiber([] { recurse(150 * kib); }).switch_to();
        coir::fiber([] { recurse(mib); }).switch_to();
      },
      testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(trimming, leaves_what_lies_above_the_watermark) {
  if (support::is_emulated()) GTEST_SKIP() << "an emulator has page faults of its own";
  // The same stack twice: its upper part is in memory still.
  coir::fiber([] { recurse(150 * kib); }).switch_to();
  const long before = faults();
  coir::fiber([] { recurse(8 * kib); }).switch_to();
  EXPECT_LE(faults() - before, 3);
}

}  // namespace
