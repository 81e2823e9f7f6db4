#include <coir/testing/virtual_poller.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace {

using namespace std::chrono_literals;
using coir::testing::virtual_clock;
using coir::testing::virtual_poller;

TEST(virtual_poller, jumps_to_the_deadline) {
  virtual_clock clock;
  virtual_poller poller(clock);
  const auto start = clock.read();
  poller.poll(start + 3h);
  EXPECT_EQ(clock.read(), start + 3h);
}

TEST(virtual_poller, asked_for_what_is_there_does_not_move_the_clock) {
  virtual_clock clock;
  virtual_poller poller(clock);
  const auto start = clock.read();
  poller.poll(start);
  poller.poll(start - 1h);
  poller.poll(coir::deadline::min());
  EXPECT_EQ(clock.read(), start);
}

TEST(virtual_poller, interrupted_before_returns_once_without_moving_the_clock) {
  virtual_clock clock;
  virtual_poller poller(clock);
  const auto start = clock.read();
  poller.interrupt();
  poller.poll(start + 1h);
  EXPECT_EQ(clock.read(), start);
  poller.poll(start + 1h);
  EXPECT_EQ(clock.read(), start + 1h);
}

TEST(virtual_poller, asked_to_wait_for_ever_waits_for_an_interrupt) {
  virtual_clock clock;
  virtual_poller poller(clock);
  const auto start = clock.read();
  std::thread other([&] { poller.interrupt(); });
  poller.poll(coir::never);
  other.join();
  EXPECT_EQ(clock.read(), start);
}

}  // namespace
