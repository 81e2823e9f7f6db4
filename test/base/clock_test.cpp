#include <coir/base/clock.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <thread>

namespace {

using namespace std::chrono_literals;
using coir::deadline;
using coir::detail::deadline_after;

class fixed_clock final : public coir::lowlevel::clock_source {
 public:
  explicit fixed_clock(std::chrono::nanoseconds at) : at_(at) {}
  [[nodiscard]] deadline read() const noexcept override { return deadline(at_); }

 private:
  std::chrono::nanoseconds at_;
};

// Installs a clock for the length of a test.
class installed {
 public:
  explicit installed(coir::lowlevel::clock_source& source) : before_(coir::lowlevel::exchange_clock(source)) {}
  ~installed() { coir::lowlevel::exchange_clock(before_); }

 private:
  coir::lowlevel::clock_source& before_;
};

constexpr deadline start{1000h};

TEST(clock, reads_the_steady_clock_unless_told_otherwise) {
  const auto before = std::chrono::steady_clock::now();
  const deadline read = coir::clock::now();
  const deadline again = coir::now();
  const auto after = std::chrono::steady_clock::now();
  EXPECT_LE(before, read);
  EXPECT_LE(read, again);
  EXPECT_LE(again, after);
  static_assert(coir::clock::is_steady);
}

TEST(clock, reads_the_source_that_was_exchanged_in) {
  fixed_clock source(42s);
  const installed use(source);
  EXPECT_EQ(coir::now(), deadline(42s));
  EXPECT_EQ(coir::clock::now(), deadline(42s));
}

TEST(clock, exchange_returns_the_source_before) {
  fixed_clock first(1s);
  fixed_clock second(2s);
  auto& real = coir::lowlevel::exchange_clock(first);
  EXPECT_EQ(&real, &coir::lowlevel::clock_source::real());
  EXPECT_EQ(&coir::lowlevel::exchange_clock(second), &first);
  EXPECT_EQ(&coir::lowlevel::exchange_clock(real), &second);
}

TEST(clock, of_one_thread_is_not_that_of_another) {
  fixed_clock source(42s);
  const installed use(source);
  std::thread([] { EXPECT_NE(coir::now(), deadline(42s)); }).join();
}

TEST(deadline_after, adds_a_duration) {
  EXPECT_EQ(deadline_after(start, 3s), start + 3s);
  EXPECT_EQ(deadline_after(start, std::chrono::duration<double>(0.5)), start + 500ms);
  EXPECT_EQ(deadline_after(start, 2h), start + 2h);
}

TEST(deadline_after, rounds_up_so_that_nobody_wakes_early) {
  using femtoseconds = std::chrono::duration<long long, std::femto>;
  EXPECT_EQ(deadline_after(start, femtoseconds(1)), start + 1ns);
  EXPECT_EQ(deadline_after(start, std::chrono::duration<double, std::nano>(1.25)), start + 2ns);
}

TEST(deadline_after, takes_zero_and_negative_for_now) {
  EXPECT_EQ(deadline_after(start, 0s), start);
  EXPECT_EQ(deadline_after(start, -1ns), start);
  EXPECT_EQ(deadline_after(start, std::chrono::nanoseconds::min()), start);
  EXPECT_EQ(deadline_after(start, std::chrono::hours::min()), start);
  EXPECT_EQ(deadline_after(start, std::chrono::duration<double>(-std::numeric_limits<double>::infinity())), start);
}

TEST(deadline_after, takes_nan_for_now) {
  EXPECT_EQ(deadline_after(start, std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())), start);
  EXPECT_EQ(deadline_after(start, std::chrono::duration<float, std::milli>(std::numeric_limits<float>::quiet_NaN())),
            start);
}

TEST(deadline_after, takes_what_no_clock_can_show_for_never) {
  EXPECT_EQ(deadline_after(start, std::chrono::duration<double>(std::numeric_limits<double>::infinity())),
            coir::never);
  EXPECT_EQ(deadline_after(start, std::chrono::nanoseconds::max()), coir::never);
  EXPECT_EQ(deadline_after(start, std::chrono::hours::max()), coir::never);
  EXPECT_EQ(deadline_after(start, std::chrono::years(1000)), coir::never);
  EXPECT_EQ(deadline_after(start, std::chrono::duration<double>(1e300)), coir::never);
  EXPECT_EQ(deadline_after(coir::never, 1s), coir::never);
}

TEST(deadline_after, comes_close_to_never_without_overflow) {
  const auto room = coir::never - start;
  EXPECT_EQ(deadline_after(start, room), coir::never);
  EXPECT_EQ(deadline_after(start, room - 1h), coir::never - 1h);
}

}  // namespace
