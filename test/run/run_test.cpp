#include <coir/run/run.hpp>

#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/resource.h>

#include "counted.hpp"
#include "descriptor_famine.hpp"
#include "emulator.hpp"
#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using support::counted;

class run : public support::nothing_left {};

TEST_F(run, returns_what_main_returns) {
  EXPECT_EQ(coir::run([] { return 42; }), 42);
  EXPECT_EQ(coir::run([] { return std::string("text"); }), "text");
  EXPECT_EQ(*coir::run([] { return std::make_unique<int>(7); }), 7);
  coir::run([] {});
}

TEST_F(run, throws_what_main_throws) {
  EXPECT_EQ(support::text_of<std::runtime_error>([] { coir::run([] { throw std::runtime_error("main's"); }); }),
            "main's");
  EXPECT_THROW(coir::run([] { throw 7; }), int);
  EXPECT_THROW(coir::run([] {
                 coir::sleep_for(1us);
                 throw coir::cancelled("by main");
               }),
               coir::cancelled);
  EXPECT_EQ(coir::run([] { return 1; }), 1) << "after errors";
}

TEST_F(run, throws_a_tasks_error_that_main_gets) {
  EXPECT_EQ(support::text_of<std::runtime_error>(
                [] { coir::run([] { coir::spawn([] { throw std::runtime_error("the task's"); }).get(); }); }),
            "the task's");
}

TEST_F(run, inside_of_another_is_an_error_that_leaves_the_outer_one_alone) {
  coir::run([] {
    bool ran = false;
    EXPECT_THROW(coir::run([&] { ran = true; }), std::logic_error);
    EXPECT_FALSE(ran);
    EXPECT_THROW(coir::spawn([] { coir::run([] {}); }).get(), std::logic_error);
    coir::sleep_for(1us);
    EXPECT_EQ(coir::spawn([] { return 5; }).get(), 5);
    support::connection c;
    const auto t = coir::spawn([&] { return support::read_piece(c.stream); });
    coir::yield();
    c.peer.send("x");
    EXPECT_EQ(t.get(), "x");
  });
}

TEST_F(run, can_be_repeated) {
  for (int i = 0; i < 200; ++i)
    ASSERT_EQ(coir::run([i] {
                const auto t = coir::spawn([i] {
                  coir::sleep_for(1us);
                  return i;
                });
                return t.get();
              }),
              i);
}

TEST_F(run, cancels_and_joins_what_is_left_when_main_returns) {
  std::vector<std::string> ends;
  coir::run([&] {
    for (const char* name : {"a", "b", "c"})
      coir::spawn([&ends, name, owned = counted(1)] {
        try {
          coir::sleep_for(1h);
        } catch (const coir::cancelled&) {
          ends.push_back(name);
          throw;
        }
      });
    coir::yield();
  });
  std::ranges::sort(ends);
  EXPECT_EQ(ends, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(run, cancels_what_is_left_when_main_throws) {
  bool cancelled = false;
  EXPECT_THROW(coir::run([&] {
                 coir::spawn([&] {
                   try {
                     coir::sleep_for(1h);
                   } catch (const coir::cancelled&) {
                     cancelled = true;
                   }
                 });
                 coir::yield();
                 throw std::runtime_error("main's");
               }),
               std::runtime_error);
  EXPECT_TRUE(cancelled);
}

TEST_F(run, cancels_what_is_left_after_mains_locals_are_gone) {
  bool local_was_gone = false;
  coir::run([&] {
    auto alive = std::make_shared<int>();
    coir::spawn([&local_was_gone, watch = std::weak_ptr<int>(alive)] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        local_was_gone = watch.expired();
      }
    });
    coir::yield();
  });
  EXPECT_TRUE(local_was_gone);
}

TEST_F(run, never_starts_what_had_no_turn_before_main_returned) {
  bool ran = false;
  coir::run([&] { coir::spawn([&, owned = counted(1)] { ran = true; }); });
  EXPECT_FALSE(ran);
}

TEST_F(run, joins_the_tasks_that_leftovers_wait_for_and_spawn) {
  int ended = 0;
  coir::run([&] {
    coir::spawn([&] {
      const auto child = coir::spawn([&] {
        try {
          coir::sleep_for(1h);
        } catch (const coir::cancelled&) {
          ++ended;
        }
      });
      try {
        child.join();
      } catch (const coir::cancelled&) {
        coir::spawn([&, owned = counted(1)] { ++ended; });  // may run or not, but does not leak
        ended += 10;
      }
    });
    coir::yield();
    coir::yield();
  });
  EXPECT_TRUE(ended == 11 || ended == 12) << ended;
}

TEST_F(run, closes_the_streams_that_leftovers_own) {
  support::raw_socket peer;
  coir::run([&] {
    auto c = std::make_unique<support::connection>();
    peer = std::move(c->peer);
    coir::spawn([c = std::move(c)] { support::echo(c->stream); });
    peer.send("x");
    while (!peer.is_readable()) coir::yield();
  });
  EXPECT_EQ(peer.receive_all(), "x");
}

TEST_F(run, works_on_several_threads_at_once) {
  std::atomic<int> sum = 0;
  std::vector<std::thread> threads;
  for (int t = 1; t <= 4; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 20; ++round)
        sum += coir::run([t] {
          support::connection c;
          const auto reader = coir::spawn([&] { return support::read_piece(c.stream); });
          coir::sleep_for(10us);
          c.peer.send("x");
          EXPECT_EQ(reader.get(), "x");
          return t;
        });
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(sum, 20 * (1 + 2 + 3 + 4));
}

TEST_F(run, talks_between_two_threads) {
  auto [a, b] = support::raw_pair();
  std::thread other([fd = b.release()] {
    coir::run([fd] {
      coir::tcp_stream s = coir::tcp_stream::adopt(fd);
      support::echo(s);
    });
  });
  coir::run([fd = a.release()] {
    coir::tcp_stream s = coir::tcp_stream::adopt(fd);
    for (std::uint32_t i = 1; i < 300; ++i) {
      const std::string message = support::payload(i, i);
      s.write_all(message);
      ASSERT_EQ(support::read_exactly(s, i), message);
    }
  });
  other.join();
}

TEST_F(run, runs_main_on_the_threads_own_stack) {
  char here = 0;
  coir::run([&] {
    char there = 0;
    const auto distance = &there > &here ? &there - &here : &here - &there;
    EXPECT_LT(distance, 1 << 16);
    EXPECT_EQ(coir::fiber::current().parent(), coir::fiber());
  });
}

TEST_F(run, raises_the_limit_on_descriptors_to_the_hard_one) {
  coir::run([] {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
  });
}

// In a process of its own, since the limit is raised once per process.
TEST_F(run, leaves_the_limit_on_descriptors_alone_on_request) {
  if (support::is_emulated()) GTEST_SKIP() << "an emulated process cannot start itself anew";
  const auto keeps_it = [](const coir::run_options& options) {
    rlimit low{};
    ::getrlimit(RLIMIT_NOFILE, &low);
    low.rlim_cur = low.rlim_max / 2;
    ::setrlimit(RLIMIT_NOFILE, &low);
    rlimit now{};
    coir::run(options, [&] { ::getrlimit(RLIMIT_NOFILE, &now); });
    std::exit(now.rlim_cur == low.rlim_cur ? 1 : 0);
  };
  EXPECT_EXIT(keeps_it({.raise_descriptor_limit = false}), testing::ExitedWithCode(1), "");
  EXPECT_EXIT(keeps_it({}), testing::ExitedWithCode(0), "");
}

constinit int reported = 0;

TEST_F(run, takes_a_hook_for_unhandled_errors_for_its_length) {
  reported = 0;
  const auto fail = [] {
    coir::spawn([] { throw std::runtime_error("nobody's"); });
    coir::yield();
  };
  coir::run({.unhandled = [](const coir::unhandled_error&) noexcept { ++reported; }}, fail);
  EXPECT_EQ(reported, 1);
  EXPECT_TRUE(unhandled.take().empty());
  coir::run(fail);
  EXPECT_EQ(reported, 1);
  EXPECT_EQ(unhandled.take().size(), 1U) << "the one from before is back";
}

TEST_F(run, without_descriptors_is_an_error_and_works_again_later) {
  {
    const support::descriptor_famine none;
    bool ran = false;
    EXPECT_THROW(coir::run([&] { ran = true; }), std::system_error);
    EXPECT_FALSE(ran);
  }
  EXPECT_EQ(coir::run([] { return 1; }), 1);
}

TEST_F(run, leaves_the_real_clock) {
  const auto before = std::chrono::steady_clock::now();
  coir::run([&] {
    const coir::deadline until = coir::now() + 3ms;
    coir::sleep_until(until);
    EXPECT_GE(std::chrono::steady_clock::now(), until);
  });
  EXPECT_GE(std::chrono::steady_clock::now(), before + 3ms);
}

}  // namespace
