// Ending a thread inside of a fiber is an error that says so.
#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>

#include <coir/fiber.hpp>

#include "sanitizer.hpp"

namespace {

TEST(thread_exit, in_a_fiber_ends_the_process_and_the_message_names_the_fiber) {
  if (support::has_tsan) GTEST_SKIP() << "TSan's pthread_exit stops at a fiber by itself";
  EXPECT_EXIT(std::thread([] { coir::fiber({.name = "quitter"}, [] { ::pthread_exit(nullptr); }).switch_to(); }).join(),
              testing::KilledBySignal(SIGABRT), "pthread_exit.*fiber 'quitter'");
}

TEST(thread_exit, on_the_threads_own_stack_unwinds_its_fibers) {
  int unwound = 0;
  std::thread([&] {
    coir::fiber f([&] {
      struct end {
        int& n;
        ~end() { ++n; }
      } const e{unwound};
      coir::fiber::current().parent().switch_to();
    });
    f.switch_to();
    ::pthread_exit(nullptr);
  }).join();
  EXPECT_EQ(unwound, 1);
}

}  // namespace
