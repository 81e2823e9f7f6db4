// A stretch that cancellation does not reach.
#include <chrono>

#include <gtest/gtest.h>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

using namespace std::chrono_literals;

namespace {

TEST(shielded, waits_in_a_cancelled_task_and_is_over_afterwards) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool waited = false;
    bool cancelled_after = false;
    auto t = coir::spawn([&] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        waited = coir::shielded([&] {
          coir::sleep_for(1min);
          return coir::now() - start == 1min;
        });
        try {
          coir::yield();
        } catch (const coir::cancelled&) {
          cancelled_after = true;
        }
      }
    });
    coir::yield();
    t.cancel();
    t.join();
    EXPECT_TRUE(waited);
    EXPECT_TRUE(cancelled_after);
  });
}

TEST(shielded, keeps_a_cancel_that_comes_meanwhile_for_later) {
  coir::testing::run([] {
    bool finished = false;
    auto t = coir::spawn([&] {
      coir::shielded([&] { coir::sleep_for(1min); });
      finished = true;
      coir::sleep_for(1h);
      ADD_FAILURE() << "the cancel was lost";
    });
    coir::yield();
    t.cancel();
    t.join();
    EXPECT_TRUE(finished);
    EXPECT_THROW(t.get(), coir::cancelled);
  });
}

TEST(shielded, lets_errors_and_results_pass) {
  coir::testing::run([] {
    EXPECT_EQ(coir::shielded([] { return 7; }), 7);
    EXPECT_THROW(coir::shielded([] { throw 7; }), int);
  });
}

}  // namespace
