// How misuse that would corrupt memory ends: a message, a hint, abort.
#include <csignal>
#include <memory>

#include <gtest/gtest.h>

#include <coir/base/detail/fatal.hpp>
#include <coir/sched.hpp>
#include <coir/sync/wait_queue.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

namespace {

TEST(fatal, prints_message_and_hint_and_aborts) {
  EXPECT_EXIT(coir::detail::fatal("do it another way", "queue %d is broken", 7), testing::KilledBySignal(SIGABRT),
              "coir: queue 7 is broken(.|\n)*do it another way");
}

TEST(fatal, is_the_destruction_of_a_queue_in_which_fibers_wait) {
  EXPECT_EXIT(coir::testing::run([] {
                auto queue = std::make_unique<coir::lowlevel::wait_queue>();
                coir::spawn({.name = "reader"}, [&] { queue->wait("a notice"); });
                coir::yield();
                queue.reset();
              }),
              testing::KilledBySignal(SIGABRT), "coir: .*wait");
}

}  // namespace
