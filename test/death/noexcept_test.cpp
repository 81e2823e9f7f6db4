// A fiber that has to leave through a noexcept frame cannot: the process ends with a message about it.
#include <chrono>
#include <csignal>

#include <gtest/gtest.h>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

namespace {

void waits_without_letting_anything_pass() noexcept { coir::fiber::current().parent().switch_to(); }

TEST(noexcept_frame, stops_a_drop_and_the_message_names_the_fiber) {
  EXPECT_EXIT(
      {
        coir::fiber f({.name = "stubborn"}, waits_without_letting_anything_pass);
        f.switch_to();
        f = coir::fiber();
      },
      testing::KilledBySignal(SIGABRT), "stubborn");
}

TEST(noexcept_frame, stops_a_cancellation_and_the_message_names_the_task) {
  EXPECT_EXIT(coir::testing::run([] {
                auto t = coir::spawn({.name = "stubborn"}, []() noexcept { coir::sleep_for(std::chrono::hours(1)); });
                coir::yield();
                t.cancel();
                t.join();
              }),
              testing::KilledBySignal(SIGABRT), "stubborn");
}

}  // namespace
