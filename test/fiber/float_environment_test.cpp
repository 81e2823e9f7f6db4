// fiber_options::own_fp_env: what a fiber sets for its floating-point units holds for itself alone.
#include <fenv.h>

#include <sstream>
#include <stdexcept>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "valgrind.hpp"

namespace {

using support::to_parent;

// What the arithmetic itself does, which fegetround() only claims: 1 +- tiny, rounded up, down or to nearest.
[[gnu::noinline]] int mode_of_arithmetic() {
  volatile double one = 1.0;
  volatile double tiny = 1e-300;
  const bool is_up = one + tiny > 1.0;
  const bool is_down = one - tiny < 1.0;
  if (is_up && is_down) return -1;
  return is_up ? FE_UPWARD : is_down ? FE_DOWNWARD : FE_TONEAREST;
}

// The same of the x87, or of whatever computes long doubles.
[[gnu::noinline]] int mode_of_long_arithmetic() {
  volatile long double one = 1.0L;
  volatile long double tiny = 1e-300L;
  if (one + tiny > 1.0L) return FE_UPWARD;
  return one - tiny < 1.0L ? FE_DOWNWARD : FE_TONEAREST;
}

testing::AssertionResult rounds(int mode) {
  if (fegetround() == mode && mode_of_arithmetic() == mode && mode_of_long_arithmetic() == mode)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "mode is " << fegetround() << ", double " << mode_of_arithmetic()
                                     << ", long double " << mode_of_long_arithmetic();
}

class float_environment : public support::nothing_left {
 protected:
  void SetUp() override {
    if (support::on_valgrind()) GTEST_SKIP() << "Valgrind does not compute by rounding modes, nor keep control words";
    ASSERT_TRUE(rounds(FE_TONEAREST));
  }
  void TearDown() override {
    EXPECT_TRUE(rounds(FE_TONEAREST)) << "left behind";
    fesetround(FE_TONEAREST);
    nothing_left::TearDown();
  }

  static coir::fiber rounding(int mode, int turns) {
    return coir::fiber({.own_fp_env = true}, [mode, turns] {
      EXPECT_TRUE(rounds(FE_TONEAREST));
      fesetround(mode);
      for (int i = 0; i < turns; ++i) {
        to_parent();
        EXPECT_TRUE(rounds(mode)) << "turn " << i;
      }
    });
  }
};

TEST_F(float_environment, differs_in_two_fibers_and_the_thread) {
  const coir::fiber up = rounding(FE_UPWARD, 10);
  const coir::fiber down = rounding(FE_DOWNWARD, 10);
  for (int i = 0; i <= 10; ++i) {
    up.switch_to();
    EXPECT_TRUE(rounds(FE_TONEAREST));
    down.switch_to();
    EXPECT_TRUE(rounds(FE_TONEAREST));
  }
  EXPECT_TRUE(up.is_dead() && down.is_dead());
}

TEST_F(float_environment, holds_when_one_such_fiber_switches_to_another) {
  const coir::fiber down = rounding(FE_DOWNWARD, 1);
  const coir::fiber up({.own_fp_env = true}, [&] {
    fesetround(FE_UPWARD);
    down.switch_to();  // comes back by its parent, the thread
    EXPECT_TRUE(rounds(FE_UPWARD));
    fesetround(FE_TOWARDZERO);
    down.switch_to();
  });
  up.switch_to();
  EXPECT_TRUE(rounds(FE_TONEAREST));
  up.switch_to();
  EXPECT_TRUE(rounds(FE_TONEAREST));
  EXPECT_TRUE(down.is_dead());
  up.switch_to();
}

TEST_F(float_environment, begins_as_its_makers) {
  fesetround(FE_UPWARD);
  const coir::fiber f({.own_fp_env = true}, [] { EXPECT_TRUE(rounds(FE_UPWARD)); });
  fesetround(FE_TONEAREST);
  f.switch_to();
}

TEST_F(float_environment, of_the_thread_may_change_meanwhile) {
  const coir::fiber f = rounding(FE_UPWARD, 1);
  f.switch_to();
  fesetround(FE_DOWNWARD);
  f.switch_to();
  EXPECT_TRUE(rounds(FE_DOWNWARD));
  fesetround(FE_TONEAREST);
}

TEST_F(float_environment, of_the_thread_is_back_after_an_end_by_exception) {
  const coir::fiber f({.own_fp_env = true}, [] {
    fesetround(FE_UPWARD);
    throw std::runtime_error("thrown upward");
  });
  EXPECT_THROW(f.switch_to(), std::runtime_error);
  EXPECT_TRUE(rounds(FE_TONEAREST));
}

TEST_F(float_environment, is_the_fibers_own_while_it_is_unwound) {
  struct checked {
    ~checked() { EXPECT_TRUE(rounds(FE_UPWARD)); }
  };
  {
    const coir::fiber f({.own_fp_env = true}, [] {
      const checked local;
      fesetround(FE_UPWARD);
      to_parent();
    });
    f.switch_to();
  }
  EXPECT_TRUE(rounds(FE_TONEAREST));
}

TEST_F(float_environment, is_kept_by_a_handler_that_switches) {
  const coir::fiber f({.own_fp_env = true}, [] {
    fesetround(FE_UPWARD);
    try {
      throw std::runtime_error("kept");
    } catch (const std::runtime_error&) {
      to_parent();
      EXPECT_TRUE(rounds(FE_UPWARD));
      EXPECT_THROW(throw, std::runtime_error);
    }
  });
  f.switch_to();
  EXPECT_TRUE(rounds(FE_TONEAREST));
  f.switch_to();
}

TEST_F(float_environment, is_a_generators_too) {
  coir::generator<int> g({.own_fp_env = true}, [](coir::yielder<int>& y) {
    fesetround(FE_DOWNWARD);
    for (int i = 0; i < 5; ++i) {
      y(i);
      EXPECT_TRUE(rounds(FE_DOWNWARD));
    }
  });
  int sum = 0;
  for (const int i : g) {
    sum += i;
    EXPECT_TRUE(rounds(FE_TONEAREST));
  }
  EXPECT_EQ(sum, 10);
}

TEST_F(float_environment, is_left_alone_by_a_dump) {
  const coir::fiber f = rounding(FE_UPWARD, 1);
  f.switch_to();
  std::ostringstream text;
  coir::dump(text);
  EXPECT_NE(text.str(), "");
  EXPECT_TRUE(rounds(FE_TONEAREST));
  f.switch_to();
}

TEST_F(float_environment, has_exception_masks_of_its_own) {
#if defined(__aarch64__)
  GTEST_SKIP() << "few AArch64 processors trap";
#else
  ASSERT_EQ(fegetexcept(), 0);
  const coir::fiber f({.own_fp_env = true}, [] {
    feenableexcept(FE_DIVBYZERO);
    to_parent();
    EXPECT_EQ(fegetexcept(), FE_DIVBYZERO);
  });
  f.switch_to();
  EXPECT_EQ(fegetexcept(), 0);
  f.switch_to();
  EXPECT_EQ(fegetexcept(), 0);
#endif
}

#if defined(__x86_64__)
unsigned x87_precision() {
  unsigned short word = 0;
  asm volatile("fnstcw %0" : "=m"(word));
  return word >> 8 & 3;
}

void set_x87_precision(unsigned precision) {
  unsigned short word = 0;
  asm volatile("fnstcw %0" : "=m"(word));
  word = static_cast<unsigned short>((word & ~0x300U) | precision << 8);
  asm volatile("fldcw %0" : : "m"(word));
}

TEST_F(float_environment, has_an_x87_precision_of_its_own) {
  constexpr unsigned extended = 3;
  ASSERT_EQ(x87_precision(), extended);
  const coir::fiber f({.own_fp_env = true}, [] {
    set_x87_precision(0);
    to_parent();
    EXPECT_EQ(x87_precision(), 0U);
  });
  f.switch_to();
  EXPECT_EQ(x87_precision(), extended);
  f.switch_to();
}
#endif

// Sticky flags are nobody's: what a switch makes of them depends on the backend, but it takes no raised one
// away from who raised it.
TEST_F(float_environment, keeps_raised_flags_up) {
  const coir::fiber f({.own_fp_env = true}, [] {
    feclearexcept(FE_ALL_EXCEPT);
    fesetround(FE_UPWARD);
    feraiseexcept(FE_OVERFLOW);
    to_parent();
    EXPECT_TRUE(fetestexcept(FE_OVERFLOW));
  });
  f.switch_to();
  f.switch_to();
  feclearexcept(FE_ALL_EXCEPT);
}

}  // namespace
