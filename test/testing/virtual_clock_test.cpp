#include <coir/testing/virtual_clock.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using coir::testing::virtual_clock;

TEST(virtual_clock, stands_still_until_it_is_moved) {
  virtual_clock clock;
  const auto start = clock.read();
  EXPECT_EQ(clock.read(), start);
  clock.advance_by(5s);
  EXPECT_EQ(clock.read(), start + 5s);
  clock.advance_to(start + 8s);
  EXPECT_EQ(clock.read(), start + 8s);
}

TEST(virtual_clock, never_goes_back) {
  virtual_clock clock;
  const auto start = clock.read();
  clock.advance_to(start - 1s);
  EXPECT_EQ(clock.read(), start);
  clock.advance_to(coir::deadline::min());
  EXPECT_EQ(clock.read(), start);
}

TEST(virtual_clock, starts_late_enough_for_deadlines_in_the_past) {
  const virtual_clock clock;
  EXPECT_GT(clock.read() - 24h, coir::deadline());
}

}  // namespace
