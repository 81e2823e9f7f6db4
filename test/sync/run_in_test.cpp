// A function's result from another thread's scheduler.
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <coir/base/cancelled.hpp>
#include <coir/sched.hpp>
#include <coir/sync.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "counted.hpp"
#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using support::counted;

class run_in : public support::nothing_left {
 protected:
  // Calls `fn` on a thread of its own with the scheduler of a run that lasts until it returns.
  template <class F>
  static void from_a_thread(F&& fn) {
    coir::testing::run([&] {
      coir::promise<> over;
      const auto ended = over.get_future();
      std::thread other([&, here = coir::this_scheduler()] {
        fn(here);
        over.set_value();
      });
      ended.get();
      other.join();
    });
  }
};

TEST_F(run_in, gives_the_result_to_a_plain_thread_that_waits_so_long) {
  from_a_thread([](const coir::scheduler_ref& there) {
    const coir::future<int> f = coir::run_in(there, [] {
      coir::sleep_for(1s);
      return 3;
    });
    ASSERT_TRUE(f.wait_for(60s));
    EXPECT_EQ(f.get(), 3);
  });
}

TEST_F(run_in, can_be_given_up_by_a_thread_that_waits_too_long) {
  from_a_thread([](const coir::scheduler_ref& there) {
    coir::promise<> opened;
    const auto f = coir::run_in(there, [gate = opened.get_future()] { gate.get(); });
    EXPECT_FALSE(f.wait_for(1ms));
    opened.set_value();
    f.get();
  });
}

TEST_F(run_in, runs_there) {
  const auto here = std::this_thread::get_id();
  from_a_thread([here](const coir::scheduler_ref& there) {
    EXPECT_EQ(coir::run_in(there, [] { return std::this_thread::get_id(); }).get(), here);
  });
}

TEST_F(run_in, gives_the_error) {
  from_a_thread([](const coir::scheduler_ref& there) {
    const auto f = coir::run_in(there, [] { throw std::runtime_error("over there"); });
    EXPECT_EQ(support::text_of<std::runtime_error>([&] { f.get(); }), "over there");
  });
}

TEST_F(run_in, gives_what_can_only_be_moved) {
  from_a_thread([](const coir::scheduler_ref& there) {
    const auto f = coir::run_in(there, [p = std::make_unique<int>(7)]() mutable { return std::move(p); });
    EXPECT_EQ(*f.get(), 7);
  });
}

TEST_F(run_in, from_a_fiber_of_the_same_thread_waits_like_any_other) {
  coir::testing::run([] {
    const auto here = coir::this_scheduler();
    EXPECT_EQ(coir::run_in(here, [] { return 7; }).get(), 7);
    // Also out of a callback, and so out of what run_in runs.
    EXPECT_EQ(coir::run_in(here, [&] { return coir::run_in(here, [] { return 8; }).get(); }).get(), 8);
  });
}

TEST_F(run_in, between_two_schedulers_goes_both_ways) {
  coir::testing::run([] {
    const auto here = coir::this_scheduler();
    coir::promise<> over;
    std::thread other([&] {
      coir::testing::run([&] {
        const auto there = coir::this_scheduler();
        const auto f = coir::run_in(here, [there] { return coir::run_in(there, [] { return 5; }).get() + 1; });
        EXPECT_EQ(f.get(), 6);
      });
      over.set_value();
    });
    over.get_future().get();
    other.join();
  });
}

TEST_F(run_in, does_not_begin_what_was_cancelled) {
  coir::testing::run([] {
    const auto f = coir::run_in(coir::this_scheduler(), [c = counted(1)] { ADD_FAILURE() << "called"; });
    EXPECT_TRUE(f.cancel());
    coir::yield();
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(run_in, lets_what_has_begun_go_on_after_a_cancel) {
  coir::testing::run([] {
    bool ended = false;
    const auto f = coir::run_in(coir::this_scheduler(), [&] {
      coir::sleep_for(1s);
      ended = true;
      return 1;
    });
    coir::yield();
    EXPECT_TRUE(f.cancel());
    coir::sleep_for(2s);
    EXPECT_TRUE(ended);
    EXPECT_THROW((void)f.get(), coir::cancelled);
  });
}

TEST_F(run_in, of_a_run_that_has_ended_breaks_the_promise) {
  coir::scheduler_ref gone;
  coir::future<int> queued;
  coir::testing::run([&] {
    gone = coir::this_scheduler();
    queued = coir::run_in(gone, [] { return 1; });
  });
  EXPECT_TRUE(support::names(support::text_of<coir::broken_promise>([&] { (void)queued.get(); }), "run_in_test.cpp:"));
  EXPECT_THROW(coir::run_in(gone, [c = counted(1)] {}).get(), coir::broken_promise);
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(run_in, that_waits_when_the_run_ends_gives_cancelled) {
  coir::future<> f;
  coir::testing::run([&] {
    f = coir::run_in(coir::this_scheduler(), [] { coir::sleep_for(1h); });
    coir::yield();
  });
  EXPECT_TRUE(f.is_cancelled());
  EXPECT_THROW(f.get(), coir::cancelled);
}

TEST_F(run_in, from_four_threads_at_once_answers_each) {
  coir::testing::run([] {
    const auto here = coir::this_scheduler();
    std::vector<std::thread> askers;
    std::vector<coir::future<>> over;
    for (int t = 0; t < 4; ++t) {
      coir::promise<> p;
      over.push_back(p.get_future());
      askers.emplace_back([&here, t, p = std::move(p)]() mutable {
        for (int i = 0; i < 300; ++i)
          EXPECT_EQ(coir::run_in(here, [t, i] { return t * 1000 + i; }).get(), t * 1000 + i);
        p.set_value();
      });
    }
    for (const auto& f : over) f.get();
    for (auto& t : askers) t.join();
  });
}

TEST_F(run_in, needs_a_handle) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { coir::run_in(coir::scheduler_ref(), [] {}); }),
                             "scheduler_ref", "empty"));
}

}  // namespace
