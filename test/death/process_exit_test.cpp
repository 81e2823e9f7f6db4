// The end of a process that still has fibers.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "sanitizer.hpp"

namespace {

using testing::ExitedWithCode;

struct says {
  const char* text;
  ~says() {
    std::fprintf(stderr, "%s\n", text);
    std::fflush(stderr);
  }
};

coir::fiber suspended(const char* text) {
  coir::fiber f([text] {
    const says at_end{text};
    coir::fiber::current().parent().switch_to();
  });
  f.switch_to();
  return f;
}

TEST(process_exit, unwinds_a_suspended_fiber_of_the_main_thread) {
  EXPECT_EXIT(
      {
        static const coir::fiber f = suspended("unwound");
        std::exit(0);
      },
      ExitedWithCode(0), "unwound");
}

TEST(process_exit, is_fine_with_fifty_suspended_fibers_in_a_static) {
  EXPECT_EXIT(
      {
        static std::deque<coir::fiber> fibers;
        for (int i = 0; i < 50; ++i) fibers.push_back(suspended("unwound"));
        std::exit(0);
      },
      ExitedWithCode(0), "(unwound\n){50}");
}

TEST(process_exit, is_fine_with_a_chain_of_ten_suspended_fibers) {
  EXPECT_EXIT(
      {
        struct chain {
          static void link(int depth) {
            if (depth > 0) {
              coir::fiber next([depth] { link(depth - 1); });
              next.switch_to();
            }
            const says at_end{"unwound"};
            coir::fiber::current().parent().switch_to();
          }
        };
        static const coir::fiber first([] { chain::link(10); });
        first.switch_to();
        std::exit(0);
      },
      ExitedWithCode(0), "unwound");
}

TEST(process_exit, is_fine_with_a_fiber_suspended_in_a_handler) {
  EXPECT_EXIT(
      {
        static const coir::fiber f([] {
          try {
            throw std::runtime_error("x");
          } catch (const std::runtime_error&) {
            const says at_end{"unwound"};
            coir::fiber::current().parent().switch_to();
          }
        });
        f.switch_to();
        std::exit(0);
      },
      ExitedWithCode(0), "unwound");
}

// On another stack than main's LeakSanitizer takes for lost whatever main's frames refer to.
class exit_in_a_fiber : public testing::Test {
 protected:
  void SetUp() override {
    if (support::has_asan) GTEST_SKIP() << "LeakSanitizer looks at the current stack only";
  }
};

TEST_F(exit_in_a_fiber, ends_the_process) {
  EXPECT_EXIT(coir::fiber([] { std::exit(7); }).switch_to(), ExitedWithCode(7), "");
}

TEST_F(exit_in_a_fiber, ends_the_process_from_a_task) {
  EXPECT_EXIT(coir::testing::run([] {
                coir::spawn([] { coir::sleep_for(std::chrono::hours(1)); });
                coir::spawn([] { std::exit(7); });
                coir::sleep_for(std::chrono::hours(1));
              }),
              ExitedWithCode(7), "");
}

TEST(process_exit, is_fine_with_handles_of_fibers_of_ended_threads) {
  EXPECT_EXIT(
      {
        static std::vector<coir::fiber> left;
        std::thread([] { left.push_back(suspended("unwound")); }).join();
        std::exit(0);
      },
      ExitedWithCode(0), "unwound");
}

// Its destructor runs when the main thread's own variables are gone.
struct late_user {
  ~late_user() {
    coir::fiber f([](int n) { return n + 1; });
    std::fprintf(stderr, "late: %d\n", f.switch_to<int>(1));
    std::fflush(stderr);
  }
};

TEST(process_exit, lets_static_destructors_use_fibers) {
  EXPECT_EXIT(
      {
        static const late_user user;
        coir::fiber([] {}).switch_to();
        std::exit(0);
      },
      ExitedWithCode(0), "late: 2");
}

TEST(process_exit, lets_exit_handlers_use_fibers) {
  EXPECT_EXIT(
      {
        std::atexit([] {
          coir::fiber f([](int n) { return n + 1; });
          std::fprintf(stderr, "late: %d\n", f.switch_to<int>(2));
          std::fflush(stderr);
        });
        std::exit(0);
      },
      ExitedWithCode(0), "late: 3");
}

}  // namespace
