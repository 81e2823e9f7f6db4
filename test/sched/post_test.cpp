// Functions handed to a scheduler from elsewhere, while its run lasts and after it.
#include <atomic>
#include <chrono>
#include <latch>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "counted.hpp"
#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using coir::lowlevel::scheduler;
using coir::lowlevel::wake_token;
using support::counted;
using post = support::nothing_left;

// Parks the calling fiber until `opened`, from whichever thread, calls what it is given.
template <class F>
void wait_until_called(F&& hand_over) {
  auto& s = *scheduler::current();
  const wake_token token = s.prepare();
  hand_over([token] { scheduler::wake(token); });
  s.park(token, "a posted function");
}

TEST_F(post, calls_on_the_targets_thread_though_that_sleeps) {
  coir::testing::run([] {
    const auto here = coir::this_scheduler();
    std::thread::id where;
    std::thread other;
    wait_until_called([&](auto done) {
      other = std::thread([&, done] {
        EXPECT_TRUE(coir::post(here, [&, done] {
          where = std::this_thread::get_id();
          done();
        }));
      });
    });
    EXPECT_EQ(where, std::this_thread::get_id());
    other.join();
  });
}

TEST_F(post, reaches_a_target_that_never_idles) {
  coir::testing::run([] {
    const auto here = coir::this_scheduler();
    bool called = false;
    std::thread other([&] { coir::post(here, [&] { called = true; }); });
    while (!called) coir::yield();
    other.join();
  });
}

TEST_F(post, from_the_own_thread_is_like_call_soon) {
  coir::testing::run([] {
    const auto here = coir::this_scheduler();
    std::vector<int> order;
    coir::call_soon([&] { order.push_back(1); });
    EXPECT_TRUE(coir::post(here, [&] { order.push_back(2); }));
    EXPECT_TRUE(order.empty());
    coir::yield();
    EXPECT_EQ(order, (std::vector{1, 2}));
  });
}

TEST_F(post, from_the_own_thread_goes_behind_what_others_have_posted_before) {
  coir::testing::run([] {
    const auto here = coir::this_scheduler();
    std::vector<int> order;
    std::thread([&] { coir::post(here, [&] { order.push_back(1); }); }).join();
    coir::post(here, [&] { order.push_back(2); });
    coir::sleep_for(1s);
    EXPECT_EQ(order, (std::vector{1, 2}));
  });
}

TEST_F(post, keeps_the_order_of_each_thread_and_loses_none) {
  constexpr int threads = 4, each = 2000;
  coir::testing::run([] {
    const auto here = coir::this_scheduler();
    std::vector<std::vector<int>> got(threads);
    int left = threads * each;
    std::vector<std::thread> posters;
    wait_until_called([&](auto done) {
      for (std::size_t t = 0; t < threads; ++t)
        posters.emplace_back([&, done, t] {
          for (int i = 0; i < each; ++i)
            coir::post(here, [&, done, t, i] {
              got[t].push_back(i);
              if (--left == 0) done();
            });
        });
    });
    for (auto& p : posters) p.join();
    for (const auto& numbers : got)
      for (int i = 0; i < each; ++i) ASSERT_EQ(numbers[static_cast<std::size_t>(i)], i);
  });
}

TEST_F(post, of_a_function_that_waits_lets_the_next_ones_pass) {
  coir::testing::run([] {
    const auto here = coir::this_scheduler();
    const auto start = coir::now();
    bool slept = false;
    wait_until_called([&](auto done) {
      std::thread([&] {
        coir::post(here, [&] {
          coir::sleep_for(1h);
          slept = true;
        });
        coir::post(here, done);
      }).join();
    });
    EXPECT_EQ(coir::now(), start);
    EXPECT_FALSE(slept);
    coir::sleep_for(2h);
    EXPECT_TRUE(slept);
  });
}

TEST_F(post, between_two_schedulers_plays_ping_pong) {
  constexpr int rounds = 500;
  std::latch both(2);
  coir::scheduler_ref ping, pong;
  int hits = 0;  // handed on with the ball
  struct ball {
    coir::scheduler_ref to, from;
    int& hits;
    wake_token& done_to;
    wake_token& done_from;
    void operator()() const {
      if (++hits >= rounds) {
        scheduler::wake(done_to);
        scheduler::wake(done_from);
      } else {
        coir::post(from, ball{from, to, hits, done_from, done_to});
      }
    }
  };
  wake_token ping_done, pong_done;
  std::latch over(2);
  const auto play = [&](coir::scheduler_ref& mine, wake_token& done, bool serves) {
    coir::testing::run([&] {
      auto& s = *scheduler::current();
      mine = coir::this_scheduler();
      done = s.prepare();
      both.arrive_and_wait();
      if (serves) coir::post(pong, ball{pong, ping, hits, pong_done, ping_done});
      s.park(done, "the end of the game");
      over.arrive_and_wait();  // a scheduler outlives the use of its tokens
    });
  };
  std::thread other([&] { play(pong, pong_done, false); });
  play(ping, ping_done, true);
  other.join();
  EXPECT_EQ(hits, rounds);
}

TEST_F(post, hands_an_error_to_the_hook) {
  coir::testing::run([] {
    coir::post(coir::this_scheduler(), [] { throw std::runtime_error("posted"); });
    coir::yield();
  });
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "posted");
  EXPECT_TRUE(support::names(reports[0].where, "post_test.cpp:"));
}

TEST_F(post, after_the_run_is_refused_and_the_function_destroyed) {
  coir::scheduler_ref gone;
  coir::testing::run([&] { gone = coir::this_scheduler(); });
  EXPECT_TRUE(gone);
  EXPECT_FALSE(coir::post(gone, [c = counted(1)] { ADD_FAILURE() << "called"; }));
  EXPECT_EQ(counted::live(), 0);
  coir::testing::run([&] {
    EXPECT_FALSE(coir::post(gone, [] { ADD_FAILURE() << "called"; })) << "another run is another scheduler";
    EXPECT_NE(gone, coir::this_scheduler());
  });
}

TEST_F(post, that_comes_too_late_for_a_turn_is_destroyed_uncalled_on_the_targets_thread) {
  std::thread::id where;
  struct note {
    std::thread::id* where;
    explicit note(std::thread::id* w) : where(w) {}
    note(note&& other) noexcept : where(std::exchange(other.where, nullptr)) {}
    ~note() {
      if (where) *where = std::this_thread::get_id();
    }
  };
  coir::testing::run([&] {
    const auto here = coir::this_scheduler();
    std::thread([&] { EXPECT_TRUE(coir::post(here, [n = note(&where)] { ADD_FAILURE() << "called"; })); }).join();
  });
  EXPECT_EQ(where, std::this_thread::get_id());
}

TEST_F(post, while_the_run_ends_is_either_taken_or_refused) {
  for (int round = 0; round < 50; ++round) {
    coir::scheduler_ref target;
    std::binary_semaphore running(0);
    std::atomic<int> called = 0;
    std::thread poster([&] {
      running.acquire();
      while (coir::post(target, [&called, c = counted(1)] { ++called; })) continue;
    });
    coir::testing::run([&] {
      target = coir::this_scheduler();
      running.release();
      for (int i = 0; i < round; ++i) coir::yield();
    });
    poster.join();
    ASSERT_EQ(counted::live(), 0) << "each was called or destroyed";
  }
}

TEST_F(post, to_an_empty_handle_is_an_error_that_says_so) {
  EXPECT_FALSE(coir::scheduler_ref());
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { coir::post(coir::scheduler_ref(), [] {}); }),
                             "scheduler_ref", "empty"));
}

TEST_F(post, needs_a_run_to_make_a_handle) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { static_cast<void>(coir::this_scheduler()); }),
                             "this_scheduler", "coir::run"));
}

}  // namespace
