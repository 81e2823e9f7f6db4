// What a switch must leave as it was: everything that a compiler may keep anywhere.
#include <alloca.h>

#include <array>
#include <cfenv>
#include <cstdint>
#include <cstring>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/fiber/detail/switch.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using registers = support::nothing_left;

// With the calls of an ordinary switch's long way beside it, a compiler often has nothing in a register across
// the short one; so the matrix of compilations (test/matrix) tries the bare one.
[[gnu::always_inline]] inline void to_parent() {
#if COIR_TEST_BARE_SWITCH
  coir::detail::control* self = coir::detail::this_thread.current;
  coir::detail::change(self, self->previous, nullptr);
#else
  support::to_parent();
#endif
}

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

#if defined(__AVX__)
// The lower halves survive what the upper ones do not.
TEST_F(registers, hold_vectors_wider_than_the_abi_knows) {
  using wide [[gnu::vector_size(32)]] = double;
  in_turns([](int seed) {
    const double s = hidden(static_cast<double>(seed));
    std::array<wide, 20> v{};
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = wide{s, s * 2, s * 3, s * 4} * static_cast<double>(i + 1);
    wide sum{};
    for (const wide& x : v) {
      to_parent();
      sum += x;
    }
    for (int i = 0; i < 4; ++i) EXPECT_EQ(sum[i], s * (i + 1) * 210);
  });
}
#endif

#if defined(__AVX512F__)
TEST_F(registers, hold_all_that_avx_512_has) {
  using widest [[gnu::vector_size(64)]] = std::int64_t;
  in_turns([](int seed) {
    const auto s = hidden(static_cast<std::int64_t>(seed));
    const widest one = widest{1, 2, 3, 4, 5, 6, 7, 8} * s;
    std::array<widest, 30> v{};
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = one + static_cast<std::int64_t>(i);
    // Live across the switch in mask registers, if anything is.
    const widest odd = v[0] % 2 == widest{};
    const widest large = v[29] > 40 * s;
    to_parent();
    widest sum{};
    for (const widest& x : v) sum += x;
    to_parent();
    for (int i = 0; i < 8; ++i) {
      EXPECT_EQ(sum[i], 30 * (i + 1) * s + 435);
      EXPECT_EQ(odd[i], (i + 1) * s % 2 == 0 ? -1 : 0);
      EXPECT_EQ(large[i], (i + 1) * s + 29 > 40 * s ? -1 : 0);
    }
  });
}

// 32 vectors and a mask that the compiler must spill, as the probe of the switch did it.
TEST_F(registers, hold_named_avx_512_registers) {
  in_turns([](int seed) {
    using widest [[gnu::vector_size(64)]] = std::int64_t;
    widest a = widest{} + seed, b = a + 1, c = a + 2;
    unsigned short mask = static_cast<unsigned short>(seed * 257);
    unsigned short kept = 0;
    // Moved where only AVX-512 has registers, and used from there after the switch.
    asm("" : "+v"(a), "+v"(b), "+v"(c));
    asm("kmovw %1, %0" : "=k"(kept) : "r"(static_cast<unsigned>(mask)));
    to_parent();
    asm("" : "+v"(a), "+v"(b), "+v"(c));
    unsigned got = 0;
    asm("kmovw %1, %0" : "=r"(got) : "k"(kept));
    EXPECT_EQ(got, mask);
    EXPECT_EQ(a[3] + b[5] + c[7], 3 * seed + 3);
  });
}
#endif

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
