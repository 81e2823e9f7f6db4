// A stack that is too small ends the process at its guard, instead of writing over its neighbour.
#include <sys/mman.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "sanitizer.hpp"

namespace {

class stack_overflow : public testing::Test {
 protected:
  void SetUp() override {
    if (support::has_sanitizer) GTEST_SKIP() << "the sanitizer's own report comes first";
  }
};

[[gnu::noinline]] unsigned recurse(unsigned depth) {
  volatile unsigned char frame[512];
  frame[depth % sizeof(frame)] = 1;
  const unsigned deeper = depth == 0 ? 0 : recurse(depth - 1);
  return deeper + frame[depth % sizeof(frame)];
}

void never_ends() { recurse(1U << 30U); }

TEST_F(stack_overflow, of_a_fiber_is_a_segmentation_fault) {
  EXPECT_EXIT(coir::fiber(never_ends).switch_to(), testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(stack_overflow, of_every_size_is_a_segmentation_fault) {
  for (const std::size_t size : {16U << 10U, 64U << 10U, 1U << 20U, 16U << 20U})
    EXPECT_EXIT(coir::fiber({.stack_size = size}, never_ends).switch_to(), testing::KilledBySignal(SIGSEGV), "") << size;
}

TEST_F(stack_overflow, of_a_reused_stack_is_a_segmentation_fault) {
  EXPECT_EXIT(
      {
        for (int i = 0; i < 1000; ++i) coir::fiber([] { recurse(100); }).switch_to();
        std::vector<coir::fiber> neighbours;
        for (int i = 0; i < 100; ++i) {
          neighbours.emplace_back([] { coir::fiber::current().parent().switch_to(); });
          neighbours.back().switch_to();
        }
        neighbours.erase(neighbours.begin() + 50);
        coir::fiber(never_ends).switch_to();
      },
      testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(stack_overflow, by_one_large_frame_is_a_segmentation_fault) {
  EXPECT_EXIT(coir::fiber([] {
                volatile char frame[300 * 1024];  // larger than the stack, and than its guard
                for (std::size_t i = 0; i < sizeof(frame); i += 64) frame[sizeof(frame) - 1 - i] = 1;
              }).switch_to(),
              testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(stack_overflow, of_a_task_is_a_segmentation_fault) {
  EXPECT_EXIT(coir::testing::run([] { coir::spawn(never_ends).get(); }), testing::KilledBySignal(SIGSEGV), "");
}

// The kernel refuses guard advice for locked memory, so guards are mappings of their own there.
class locked_memory : public stack_overflow {
 protected:
  void SetUp() override {
    stack_overflow::SetUp();
    if (IsSkipped()) return;
    if (::mlockall(MCL_FUTURE | MCL_ONFAULT) != 0) GTEST_SKIP() << "memory may not be locked here";
    ::munlockall();
  }
};

TEST_F(locked_memory, has_guards_as_well) {
  EXPECT_EXIT(
      {
        ::mlockall(MCL_FUTURE | MCL_ONFAULT);
        coir::fiber(never_ends).switch_to();
      },
      testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(locked_memory, that_runs_out_of_mappings_gives_a_clear_error_and_a_note) {
  int mappings = 0;
  std::ifstream("/proc/sys/vm/max_map_count") >> mappings;
  if (mappings > 70'000) GTEST_SKIP() << "too many mappings are allowed to use them up";
  EXPECT_EXIT(
      {
        ::mlockall(MCL_FUTURE | MCL_ONFAULT);
        std::vector<coir::fiber> fibers;
        bool refused = false;
        try {
          for (int i = 0; i < mappings; ++i) fibers.emplace_back(coir::fiber_options{.stack_size = 16 << 10}, [] {});
        } catch (const std::system_error& e) {
          refused = e.code() == std::errc::not_enough_memory;
        }
        fibers.back().switch_to();
        std::_Exit(refused && fibers.back().is_dead() && fibers.size() > 1000 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "max_map_count");
}

}  // namespace
