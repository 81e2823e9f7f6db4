// spawn_options::own_fp_env: a task's rounding stays its own while tasks take turns.
#include <cfenv>
#include <chrono>

#include <coir/coir.hpp>

#include "nothing_left.hpp"

namespace {

using task_floats = support::nothing_left;

TEST_F(task_floats, differ_in_tasks_that_yield_and_sleep) {
  const auto rounds = [](int mode) {
    return [mode] {
      EXPECT_EQ(std::fegetround(), FE_TONEAREST);
      std::fesetround(mode);
      for (int i = 0; i < 5; ++i) {
        coir::yield();
        EXPECT_EQ(std::fegetround(), mode);
        coir::sleep_for(std::chrono::microseconds(100));
        EXPECT_EQ(std::fegetround(), mode);
      }
    };
  };
  coir::run([&] {
    const auto up = coir::spawn({.own_fp_env = true}, rounds(FE_UPWARD));
    const auto down = coir::spawn({.own_fp_env = true}, rounds(FE_DOWNWARD));
    const auto plain = coir::spawn([] {
      for (int i = 0; i < 20; ++i) {
        coir::yield();
        EXPECT_EQ(std::fegetround(), FE_TONEAREST);
      }
    });
    up.join();
    down.join();
    plain.join();
    EXPECT_EQ(std::fegetround(), FE_TONEAREST);
  });
  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
}

TEST_F(task_floats, of_the_thread_are_back_when_a_task_ends) {
  coir::run([] {
    coir::spawn({.own_fp_env = true}, [] { std::fesetround(FE_UPWARD); }).join();
    EXPECT_EQ(std::fegetround(), FE_TONEAREST);
  });
}

}  // namespace
