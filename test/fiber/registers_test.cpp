// What a switch must leave as it was: everything that a compiler may keep anywhere.
#include <alloca.h>

#include <array>
#include <cfenv>
#include <cstdint>
#include <cstring>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using registers = support::nothing_left;
using support::to_parent;

// The compiler cannot know what it is.
template <class T>
[[gnu::always_inline]] inline T hidden(T value) {
  asm volatile("" : "+m"(value));
  return value;
}

// Runs `body(seed)` in three fibers that take turns, each with its own numbers in the same registers.
template <class F>
void in_turns(F body) {
  std::vector<coir::fiber> fibers;
  for (int seed = 1; seed <= 3; ++seed) fibers.emplace_back([body, seed] { body(seed); });
  for (int round = 0; round < 30; ++round)
    for (auto& f : fibers)
      if (!f.is_dead()) f.switch_to();
  for (auto& f : fibers) EXPECT_TRUE(f.is_dead());
}

TEST_F(registers, hold_more_integers_than_there_are) {
  in_turns([](int seed) {
    const auto s = hidden<std::uint64_t>(static_cast<std::uint64_t>(seed));
    const std::uint64_t a = s * 3, b = s * 5, c = s * 7, d = s * 11, e = s * 13, f = s * 17, g = s * 19, h = s * 23,
                        i = s * 29, j = s * 31, k = s * 37, l = s * 41, m = s * 43, n = s * 47, o = s * 53, p = s * 59;
    to_parent();
    EXPECT_EQ(a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l + 13 * m +
                  14 * n + 15 * o + 16 * p,
              s * (3 + 10 + 21 + 44 + 65 + 102 + 133 + 184 + 261 + 310 + 407 + 492 + 559 + 658 + 795 + 944));
    to_parent();
    EXPECT_EQ(a * p - b * o + c * n - d * m, s * s * (3 * 59 - 5 * 53 + 7 * 47 - 11 * 43));
  });
}

TEST_F(registers, hold_more_doubles_than_there_are) {
  in_turns([](int seed) {
    std::array<double, 24> v{};
    const double s = hidden(static_cast<double>(seed));
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = s * static_cast<double>(i + 1) / 3;
    double sum = 0;
    for (const double x : v) {
      to_parent();
      sum += x;
      if (sum > 1e9) return;
    }
    double expected = 0;
    for (std::size_t i = 0; i < v.size(); ++i) expected += s * static_cast<double>(i + 1) / 3;
    EXPECT_EQ(sum, expected);
  });
}

TEST_F(registers, hold_long_doubles_on_the_x87_stack) {
  in_turns([](int seed) {
    const long double a = hidden(static_cast<long double>(seed)) / 3;
    const long double b = a * a;
    const long double c = b / 7;
    to_parent();
    EXPECT_EQ(a + b + c, hidden(static_cast<long double>(seed)) / 3 + a * a + a * a / 7);
    to_parent();
    EXPECT_EQ(c * 7, b / 7 * 7);
  });
}

// A leaf function may keep data below its stack pointer.
[[gnu::noinline]] std::uint64_t below_the_stack_pointer(std::uint64_t n) {
  volatile std::uint64_t a[8];
  for (std::uint64_t i = 0; i < 8; ++i) a[i] = n + i;
  to_parent();
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < 8; ++i) sum += a[i];
  return sum;
}

TEST_F(registers, leave_small_arrays_alone) {
  in_turns([](int seed) {
    const auto n = static_cast<std::uint64_t>(seed) * 1000;
    EXPECT_EQ(below_the_stack_pointer(n), n * 8 + 28);
  });
}

// Such a frame has a frame pointer and, in clang's, a base pointer besides.
[[gnu::noinline]] bool with_a_frame_of_unknown_size(int seed, std::size_t size) {
  alignas(64) std::array<unsigned char, 64> aligned{};
  aligned.fill(static_cast<unsigned char>(seed));
  auto* more = static_cast<unsigned char*>(alloca(size));
  std::memset(more, seed + 1, size);
  asm volatile("" : : "r"(aligned.data()), "r"(more) : "memory");
  to_parent();
  bool right = reinterpret_cast<std::uintptr_t>(aligned.data()) % 64 == 0;
  for (const unsigned char c : aligned) right = right && c == seed;
  for (std::size_t i = 0; i < size; ++i) right = right && more[i] == seed + 1;
  return right;
}

TEST_F(registers, find_over_aligned_locals_beside_alloca) {
  in_turns([](int seed) {
    EXPECT_TRUE(with_a_frame_of_unknown_size(seed, hidden<std::size_t>(static_cast<std::size_t>(seed) * 40)));
  });
}

// By default rounding belongs to the thread, or to each fiber, as the switch is made: doc/caveats.md.
TEST_F(registers, treat_the_rounding_mode_as_documented) {
  constexpr bool is_the_threads = COIR_NATIVE_SWITCH;
  ASSERT_EQ(std::fegetround(), FE_TONEAREST);
  coir::fiber f([] {
    std::fesetround(FE_UPWARD);
    to_parent();
    EXPECT_EQ(std::fegetround(), is_the_threads ? FE_TONEAREST : FE_UPWARD);
  });
  f.switch_to();
  EXPECT_EQ(std::fegetround(), is_the_threads ? FE_UPWARD : FE_TONEAREST);
  std::fesetround(FE_TONEAREST);
  f.switch_to();
  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
}

}  // namespace
