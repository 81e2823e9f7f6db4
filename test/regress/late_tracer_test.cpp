// After a thread's variables were destroyed, get_tracer() copied a tracer that had been destroyed with them.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>

#include <coir/fiber.hpp>

namespace {

TEST(late_tracer, is_gone_when_exit_handlers_run_and_can_be_set_again) {
  EXPECT_EXIT(
      {
        std::atexit([] {
          const char* before = coir::get_tracer() ? "traced" : "not traced";
          static int told = 0;
          coir::set_tracer([](auto&&...) { ++told; });
          coir::fiber([] {}).switch_to();
          coir::set_tracer({});
          std::fprintf(stderr, "%s, then told %d times\n", before, told);
        });
        const auto held = std::make_shared<int>();
        coir::set_tracer([held](auto&&...) { ++*held; });
        coir::fiber([] {}).switch_to();
        std::exit(*held == 2 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "^not traced, then told 2 times\n");
}

}  // namespace
