// How deep fibers go, by name.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include <coir/fiber.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "sanitizer.hpp"

namespace {

using support::to_parent;
using row = coir::stack_report::name_row;

constexpr std::size_t kib = 1024;
constexpr std::size_t page = 4 * kib;

class stack_depth : public support::nothing_left {
 protected:
  stack_depth() { coir::measure_stacks(true); }
  ~stack_depth() override { coir::measure_stacks(false); }
};

std::uintptr_t here() { return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)); }

[[gnu::noinline]] unsigned descend(std::uintptr_t until) {
  unsigned char frame[256];
  frame[0] = 1;
  const unsigned deeper = here() > until ? descend(until) : 0;
  asm volatile("" : "+m"(frame));  // after the call, so that it is one, with the whole frame above it
  return deeper + frame[0];
}

// However large frames are in this build.
[[gnu::noinline]] void recurse(std::size_t bytes) { descend(here() - bytes); }

row of(std::string_view name) {
  const coir::stack_report report = coir::stack_stats();
  const auto found = std::ranges::find(report.names, name, &row::name);
  return found == report.names.end() ? row{} : *found;
}

void run(const char* name, std::size_t depth, std::size_t stack_size = 256 * kib) {
  coir::fiber({.stack_size = stack_size, .name = name}, [depth] { recurse(depth); }).switch_to();
}

std::size_t usable(std::size_t stack_size) { return stack_size - std::min(stack_size / 4, 64 * kib); }

TEST_F(stack_depth, is_off_at_first_and_says_what_it_was) {
  EXPECT_TRUE(coir::measure_stacks(false));
  EXPECT_FALSE(coir::measure_stacks(false));
  run("nobody", 10 * kib);
  EXPECT_EQ(of("nobody").fibers, 0U);
  EXPECT_FALSE(coir::measure_stacks(true));
}

TEST_F(stack_depth, is_that_of_the_deepest_of_a_name) {
  run("worker", 20 * kib);
  run("worker", 90 * kib, 512 * kib);
  run("worker", 5 * kib);
  const row r = of("worker");
  EXPECT_EQ(r.fibers, 3U);
  EXPECT_EQ(r.stack_size, 512 * kib);
  EXPECT_GE(r.deepest, 90 * kib);
  if (!support::has_sanitizer) {
    EXPECT_LE(r.deepest, 90 * kib * 5 / 4 + page);
  }
}

TEST_F(stack_depth, is_not_that_of_an_earlier_fiber_on_the_same_stack) {
  run("deep one", 120 * kib);
  run("shallow one", 1 * kib);
  EXPECT_GE(of("deep one").deepest, 120 * kib);
  EXPECT_LE(of("shallow one").deepest, support::has_sanitizer ? 4 * page : page);
  EXPECT_GE(of("shallow one").deepest, 1 * kib);
}

TEST_F(stack_depth, is_not_that_of_an_unmeasured_fiber_on_the_same_stack) {
  coir::measure_stacks(false);
  run("unseen", 120 * kib);
  coir::measure_stacks(true);
  run("seen", 1 * kib);
  EXPECT_LE(of("seen").deepest, support::has_sanitizer ? 4 * page : page);
}

TEST_F(stack_depth, leaves_out_fibers_that_were_started_before) {
  coir::measure_stacks(false);
  coir::fiber early({.name = "early"}, [] { to_parent(); });
  early.switch_to();
  coir::measure_stacks(true);
  early.switch_to();
  EXPECT_TRUE(early.is_dead());
  EXPECT_EQ(of("early").fibers, 0U);
}

TEST_F(stack_depth, leaves_out_fibers_that_never_ran) {
  static_cast<void>(coir::fiber({.name = "idle"}, [] {}));
  EXPECT_EQ(of("idle").fibers, 0U);
}

TEST_F(stack_depth, counts_a_fiber_that_lives_and_one_that_was_unwound) {
  coir::fiber f({.name = "long runner"}, [] {
    recurse(30 * kib);
    to_parent();
  });
  f.switch_to();
  EXPECT_EQ(of("long runner").fibers, 1U);
  EXPECT_GE(of("long runner").deepest, 30 * kib);
  f = coir::fiber();
  EXPECT_EQ(of("long runner").fibers, 1U);
  EXPECT_GE(of("long runner").deepest, 30 * kib);
}

TEST_F(stack_depth, goes_by_the_name_at_the_end) {
  coir::fiber({.name = "before"}, [] { coir::fiber::current().set_name("after"); }).switch_to();
  EXPECT_EQ(of("before").fibers, 0U);
  EXPECT_EQ(of("after").fibers, 1U);
}

TEST_F(stack_depth, counts_fibers_without_a_name_together) {
  for (int i = 0; i < 3; ++i) coir::fiber([] { recurse(kib); }).switch_to();
  EXPECT_EQ(of("").fibers, 3U);
}

TEST_F(stack_depth, counts_tasks_by_their_names) {
  coir::testing::run([] {
    for (int i = 0; i < 5; ++i) coir::spawn({.name = "job"}, [] { recurse(40 * kib); }).join();
  });
  EXPECT_EQ(of("job").fibers, 5U);
  EXPECT_GE(of("job").deepest, 40 * kib);
}

TEST_F(stack_depth, comes_from_all_threads) {
  std::thread([] { run("elsewhere", 30 * kib); }).join();
  EXPECT_EQ(of("elsewhere").fibers, 1U);
  EXPECT_GE(of("elsewhere").deepest, 30 * kib);
}

TEST_F(stack_depth, suggests_a_size_that_is_enough) {
  for (const std::size_t depth : {1 * kib, 8 * kib, 30 * kib, 100 * kib, 180 * kib, 700 * kib}) {
    const std::string name = "depth " + std::to_string(depth);
    run(name.c_str(), depth, 4096 * kib);
    const row r = of(name);
    EXPECT_EQ(r.suggested % (16 * kib), 0U);
    EXPECT_GE(usable(r.suggested), r.deepest + r.deepest / 2) << name;
    EXPECT_LE(r.suggested, r.deepest * 2 + 96 * kib) << name;
    run(name.c_str(), depth, r.suggested);
    EXPECT_EQ(of(name).fibers, 2U);
  }
}

TEST_F(stack_depth, loses_nothing_when_there_are_too_many_names) {
  for (int i = 0; i < 1'000; ++i) run(("connection " + std::to_string(i)).c_str(), i == 900 ? 60 * kib : kib);
  run("connection 1", kib);
  const coir::stack_report report = coir::stack_stats();
  EXPECT_EQ(report.names.size(), 256U);
  EXPECT_EQ(of("connection 1").fibers, 2U);
  EXPECT_EQ(report.others.fibers, 1'000U - 256U);
  EXPECT_GE(report.others.deepest, 60 * kib);
  EXPECT_GE(report.others.suggested, 80 * kib);
  EXPECT_NE(to_string(report).find("further names"), std::string::npos);
}

TEST_F(stack_depth, starts_over_when_it_is_turned_on) {
  run("earlier", kib);
  coir::measure_stacks(true);
  EXPECT_EQ(of("earlier").fibers, 1U) << "it was on";
  coir::measure_stacks(false);
  EXPECT_EQ(of("earlier").fibers, 1U);
  coir::measure_stacks(true);
  EXPECT_EQ(of("earlier").fibers, 0U);
}

TEST_F(stack_depth, is_printed) {
  run("printed", 50 * kib);
  EXPECT_NE(to_string(coir::stack_stats()).find("printed"), std::string::npos);
}

}  // namespace
