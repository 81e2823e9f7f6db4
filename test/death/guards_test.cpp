// Guards of both kinds: by madvise, and by mprotect where the kernel has no other or is not to be asked.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include <coir/fiber.hpp>

#include "sanitizer.hpp"

namespace {

using testing::ExitedWithCode;
using testing::KilledBySignal;

// What COIR_STACK_GUARDS is set to, in the child process, before the first fiber. Empty: not at all.
class guards : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (support::has_sanitizer) GTEST_SKIP() << "the sanitizer's own report comes first";
  }

  void choose() const {
    if (*GetParam()) ::setenv("COIR_STACK_GUARDS", GetParam(), 1);
  }
};

[[gnu::noinline]] unsigned recurse(unsigned depth) {
  volatile unsigned char frame[512];
  frame[depth % sizeof(frame)] = 1;
  const unsigned deeper = depth == 0 ? 0 : recurse(depth - 1);
  return deeper + frame[depth % sizeof(frame)];
}

void never_ends() { recurse(1U << 30U); }

TEST_P(guards, stop_an_overflow_and_it_is_reported) {
  EXPECT_EXIT(
      {
        choose();
        coir::fiber({.stack_size = 64 << 10, .name = "parser"}, never_ends).switch_to();
      },
      KilledBySignal(SIGSEGV), "stack overflow in fiber 'parser': it is 48 KiB deep");
}

TEST_P(guards, stop_an_overflow_on_a_stack_that_was_trimmed) {
  EXPECT_EXIT(
      {
        choose();
        for (int i = 0; i < 100; ++i) coir::fiber([] { recurse(300); }).switch_to();
        coir::fiber({.name = "parser"}, never_ends).switch_to();
      },
      KilledBySignal(SIGSEGV), "stack overflow in fiber 'parser': it is 192 KiB deep");
}

TEST_P(guards, stop_an_overflow_between_neighbours_that_live_on) {
  EXPECT_EXIT(
      {
        choose();
        std::vector<coir::fiber> fibers;
        for (int i = 0; i < 100; ++i) {
          fibers.emplace_back([] { coir::fiber::current().parent().switch_to(); });
          fibers.back().switch_to();
        }
        fibers.erase(fibers.begin() + 50);
        coir::fiber({.name = "parser"}, never_ends).switch_to();
      },
      KilledBySignal(SIGSEGV), "stack overflow in fiber 'parser': it is 192 KiB deep");
}

INSTANTIATE_TEST_SUITE_P(by, guards, testing::Values("", "mprotect"),
                         [](const auto& info) { return std::string(*info.param ? info.param : "the_kernels_best"); });

// The kernel counts a mapping for each guard that mprotect makes, and one between it and the next.
std::size_t mappings_of_a_hundred() {
  std::vector<coir::fiber> fibers(100);
  for (auto& f : fibers) f = coir::fiber([] {});
  return coir::stack_stats().mappings;
}

TEST(guards_by_mprotect, are_made_where_the_environment_asks_for_them) {
  if (support::has_sanitizer) GTEST_SKIP() << "a sanitizer counts mappings of its own";
  EXPECT_EXIT(
      {
        ::setenv("COIR_STACK_GUARDS", "mprotect", 1);
        const bool many = mappings_of_a_hundred() >= 200;
        ::_Exit(many && coir::stack_stats().guards == coir::stack_report::guard_kind::protection ? 0 : 1);
      },
      ExitedWithCode(0), "");
}

TEST(guards_by_madvise, cost_no_mappings_where_the_kernel_has_them) {
  if (support::has_sanitizer) GTEST_SKIP() << "a sanitizer counts mappings of its own";
  if (std::getenv("COIR_STACK_GUARDS")) GTEST_SKIP() << "the environment has chosen the kind";
  EXPECT_EXIT(
      {
        const bool few = mappings_of_a_hundred() < 10;
        ::_Exit(few || coir::stack_stats().guards == coir::stack_report::guard_kind::protection ? 0 : 1);
      },
      ExitedWithCode(0), "");
}

TEST(guards_by_mprotect, that_run_out_of_mappings_give_a_clear_error_and_one_note) {
  if (support::has_sanitizer) GTEST_SKIP() << "a sanitizer counts mappings of its own";
  int mappings = 0;
  std::ifstream("/proc/sys/vm/max_map_count") >> mappings;
  if (mappings > 70'000) GTEST_SKIP() << "too many mappings are allowed to use them up";
  EXPECT_EXIT(
      {
        ::setenv("COIR_STACK_GUARDS", "mprotect", 1);
        std::vector<coir::fiber> fibers;
        int refused = 0;
        std::string said;
        while (refused < 3) {
          try {
            fibers.emplace_back(coir::fiber_options{.stack_size = 16 << 10}, [] {});
          } catch (const std::system_error& e) {
            ++refused;
            said = e.what();
            if (e.code() != std::errc::not_enough_memory) ::_Exit(1);
          }
        }
        fibers.back().switch_to();
        const bool good = fibers.back().is_dead() && fibers.size() > 20'000 && said.find("stack") != std::string::npos;
        ::_Exit(good ? 0 : 1);
      },
      ExitedWithCode(0), "^coir: no more stack guards: [^:]*vm.max_map_count[^:]*$");
}

}  // namespace
