// When there is no memory for a task's stack. In a child process, whose address space is limited.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "memory.hpp"
#include "nothing_left.hpp"
#include "sanitizer.hpp"

namespace {

using namespace std::chrono_literals;

class task_out_of_memory : public support::nothing_left {
 protected:
  void SetUp() override {
    if (support::has_sanitizer) GTEST_SKIP() << "sanitizers reserve more address space than can be allowed";
  }
};

[[noreturn]] void end(bool good, const std::string& what) {
  std::fprintf(stderr, "%s: %s\n", good ? "good" : "bad", what.c_str());
  std::_Exit(good ? 0 : 1);
}

TEST_F(task_out_of_memory, fails_with_the_error_and_the_others_go_on) {
  EXPECT_EXIT(
      {
        coir::testing::run([] {
          auto before = coir::spawn([] {
            coir::sleep_for(10s);
            return 1;
          });
          coir::yield();
          support::limit_address_space(128U << 20U);
          std::vector<coir::task<int>> tasks;
          for (int i = 0; i < 1'000; ++i)
            tasks.push_back(coir::spawn({.name = "sleeper", .stack_size = 1 << 20}, [] {
              coir::sleep_for(1s);
              return 1;
            }));
          int good = 0;
          int failed = 0;
          for (auto& t : tasks) {
            try {
              good += t.get();
            } catch (const std::system_error& e) {
              if (e.code() != std::errc::not_enough_memory) end(false, e.what());
              if (std::string(e.what()).find("stack") == std::string::npos) end(false, e.what());
              ++failed;
            }
          }
          if (good < 10) end(false, "hardly any task could run");
          if (failed < 10) end(false, "there was room for all");
          if (before.get() != 1) end(false, "an older task is broken");
          if (coir::spawn({.stack_size = 1 << 20}, [] { return 7; }).get() != 7) end(false, "no room afterwards");
        });
        end(true, "done");
      },
      testing::ExitedWithCode(0), "good");
}

TEST_F(task_out_of_memory, that_nobody_asks_about_is_reported) {
  EXPECT_EXIT(
      {
        support::unhandled_trap trap;
        coir::testing::run([] {
          support::limit_address_space(64U << 20U);
          coir::spawn({.name = "giant", .stack_size = 512 << 20}, [] {});
          coir::yield();
          coir::yield();
        });
        const auto reports = support::unhandled_trap::take();
        if (reports.size() != 1) end(false, std::to_string(reports.size()) + " reports");
        end(reports[0].origin.find("giant") != std::string::npos, reports[0].origin);
      },
      testing::ExitedWithCode(0), "good");
}

}  // namespace
