// What is told about stacks: how many there are and what they take.
#include <algorithm>
#include <barrier>
#include <cstddef>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "sanitizer.hpp"
#include "valgrind.hpp"

namespace {

using stack_stats = support::nothing_left;
using support::to_parent;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

// Sizes that no other test uses.
constexpr std::size_t odd_size = 80 * kib;
constexpr std::size_t other_odd_size = 112 * kib;

coir::stack_report::size_row of_size(std::size_t size) {
  const coir::stack_report report = coir::stack_stats();
  const auto found = std::ranges::find(report.sizes, size, &coir::stack_report::size_row::stack_size);
  return found == report.sizes.end() ? coir::stack_report::size_row{} : *found;
}

std::vector<coir::fiber> suspended(std::size_t count, std::size_t stack_size) {
  std::vector<coir::fiber> fibers;
  for (std::size_t i = 0; i < count; ++i) {
    fibers.emplace_back(coir::fiber_options{.stack_size = stack_size}, [] { to_parent(); });
    fibers.back().switch_to();
  }
  return fibers;
}

TEST_F(stack_stats, tell_how_many_stacks_of_a_size_are_in_use) {
  const auto before = of_size(odd_size).in_use;
  auto fibers = suspended(10, odd_size);
  EXPECT_EQ(of_size(odd_size).in_use, before + 10);
  fibers.resize(3);
  EXPECT_EQ(of_size(odd_size).in_use, before + 3);
  fibers.clear();
  EXPECT_EQ(of_size(odd_size).in_use, before);
}

TEST_F(stack_stats, count_every_stack_once) {
  const auto fibers = suspended(300, odd_size);
  const auto more = suspended(3, other_odd_size);
  const auto row = of_size(odd_size);
  EXPECT_EQ(row.in_use + row.pooled, row.mapped);
  const coir::stack_report report = coir::stack_stats();
  std::size_t in_use = 0;
  std::size_t pooled = 0;
  for (const auto& r : report.sizes) {
    in_use += r.in_use * r.stack_size;
    pooled += r.pooled * r.stack_size;
  }
  EXPECT_EQ(report.in_use, in_use);
  EXPECT_EQ(report.pooled, pooled);
  EXPECT_GE(report.mapped, in_use + pooled);
  EXPECT_LE(report.mapped, (in_use + pooled) / 4 * 5) << "a page between two stacks is all that is added";
  EXPECT_TRUE(std::ranges::is_sorted(report.sizes, {}, &coir::stack_report::size_row::stack_size));
}

TEST_F(stack_stats, count_what_another_thread_keeps_as_pooled) {
  static_cast<void>(suspended(1, odd_size));
  const auto before = of_size(odd_size).in_use;
  std::barrier both(2);
  std::thread other([&] {
    static_cast<void>(suspended(20, odd_size));
    both.arrive_and_wait();  // it has 20 and uses none
    both.arrive_and_wait();
    const auto fibers = suspended(20, odd_size);
    both.arrive_and_wait();
    both.arrive_and_wait();
  });
  both.arrive_and_wait();
  EXPECT_EQ(of_size(odd_size).in_use, before);
  both.arrive_and_wait();
  both.arrive_and_wait();
  EXPECT_EQ(of_size(odd_size).in_use, before + 20);
  both.arrive_and_wait();
  other.join();
  EXPECT_EQ(of_size(odd_size).in_use, before);
}

TEST_F(stack_stats, tell_the_memory_of_stacks) {
  if (support::has_sanitizer) GTEST_SKIP() << "frames are larger";
  if (support::on_valgrind()) GTEST_SKIP() << "stacks are not trimmed";
  static_cast<void>(suspended(100, odd_size));
  const std::size_t before = coir::stack_stats().resident;
  std::vector<coir::fiber> fibers;
  for (int i = 0; i < 100; ++i) {
    fibers.emplace_back(coir::fiber_options{.stack_size = 2 * mib}, [] {
      volatile char frame[1000 * kib];
      for (std::size_t at = 0; at < sizeof(frame); at += 1024) frame[at] = 1;
      to_parent();
    });
    fibers.back().switch_to();
  }
  const std::size_t during = coir::stack_stats().resident;
  EXPECT_GE(during, before + 100 * 960 * kib);
  EXPECT_LE(during, before + 100 * 1020 * kib);
  fibers.clear();
  EXPECT_LE(coir::stack_stats().resident, before + 100 * 36 * kib) << "the watermark each";
}

TEST_F(stack_stats, do_not_count_what_the_look_for_deep_stacks_has_touched) {
  if (support::has_sanitizer) GTEST_SKIP() << "frames are larger";
  constexpr std::size_t fresh_size = 48 * kib;
  const std::size_t before = coir::stack_stats().resident;
  for (const coir::fiber& f : suspended(500, fresh_size)) f.switch_to();
  EXPECT_LE(coir::stack_stats().resident, before + 500 * 4 * kib) << "one page each";
}

TEST_F(stack_stats, tell_of_slabs_and_mappings) {
  const auto fibers = suspended(1'000, odd_size);
  const coir::stack_report report = coir::stack_stats();
  EXPECT_GE(report.slabs, 1U);
  EXPECT_LT(report.slabs, 200U);
  EXPECT_GE(report.mappings, 1U);
  if (report.guards == coir::stack_report::guard_kind::advice) {
    EXPECT_LE(report.mappings, report.slabs + 5) << "guards cost none";
  } else {
    EXPECT_GE(report.mappings, 1'000U);
  }
}

TEST_F(stack_stats, tell_of_control_blocks) {
  const auto fibers = suspended(2'000, odd_size);
  EXPECT_GE(coir::stack_stats().control_blocks, 2'000 * 128U);
}

TEST_F(stack_stats, are_printed_as_a_table) {
  const auto fibers = suspended(1, odd_size);
  const coir::stack_report report = coir::stack_stats();
  std::ostringstream out;
  out << report;
  EXPECT_EQ(out.str(), to_string(report));
  EXPECT_NE(out.str().find("stacks: "), std::string::npos);
  EXPECT_NE(out.str().find("80 KiB"), std::string::npos);
}

}  // namespace
