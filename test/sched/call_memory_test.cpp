// When there is no memory for the stack on which callbacks run. In a child process, whose address space is limited.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <vector>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "emulator.hpp"
#include "memory.hpp"
#include "nothing_left.hpp"
#include "sanitizer.hpp"

namespace {

using namespace std::chrono_literals;

class call_memory : public support::nothing_left {
 protected:
  void SetUp() override {
    if (support::has_sanitizer) GTEST_SKIP() << "sanitizers reserve more address space than can be allowed";
    if (support::is_emulated()) GTEST_SKIP() << "an emulator starts no program anew";
  }
};

[[noreturn]] void end(bool good, const char* what) {
  std::fprintf(stderr, "%s: %s\n", good ? "good" : "bad", what);
  std::_Exit(good ? 0 : 1);
}

TEST_F(call_memory, that_is_short_delays_callbacks_and_loses_none) {
  EXPECT_EXIT(
      {
        coir::testing::run([] {
          const auto start = coir::now();
          support::limit_address_space(64U << 20U);
          std::vector<coir::task<>> tasks;
          for (int i = 0; i < 1'000; ++i) tasks.push_back(coir::spawn([] { coir::sleep_for(1s); }));
          coir::yield();
          if (!tasks.back().is_done()) end(false, "there was room for all");
          coir::deadline called{};
          int calls = 0;
          for (int i = 0; i < 10; ++i)
            coir::call_soon([&] {
              called = coir::now();
              ++calls;
            });
          coir::yield();
          if (calls != 0) end(false, "called on no stack");
          coir::sleep_for(2s);
          if (calls != 10) end(false, "a callback was lost");
          if (called < start + 1s || called > start + 1100ms) end(false, "not called when there was room");
          for (auto& t : tasks) try {
              t.get();
            } catch (const std::system_error&) {
            }
        });
        end(true, "done");
      },
      testing::ExitedWithCode(0), "good");
}

}  // namespace
