#include <coir/run/loop.hpp>

#include <coir/coir.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <poll.h>

#include <gtest/gtest.h>

#include "descriptor_famine.hpp"
#include "emulator.hpp"
#include "nothing_left.hpp"
#include "raw_socket.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

class a_loop : public support::nothing_left {};

TEST_F(a_loop, returns_and_throws_what_its_function_does) {
  coir::loop loop;
  EXPECT_EQ(loop.run([] { return 42; }), 42);
  EXPECT_EQ(*loop.run([] { return std::make_unique<int>(7); }), 7);
  loop.run([] {});
  EXPECT_EQ(support::text_of<std::runtime_error>([&] { loop.run([] { throw std::runtime_error("main's"); }); }),
            "main's");
  EXPECT_EQ(loop.run([] { return coir::spawn([] { return 5; }).get(); }), 5);
}

TEST_F(a_loop, keeps_its_tasks_from_one_run_to_the_next) {
  coir::loop loop;
  coir::task<int> left;
  loop.run([&] {
    left = coir::spawn([] {
      coir::yield();
      coir::sleep_for(1ms);
      return 3;
    });
    coir::yield();
  });
  EXPECT_FALSE(left.is_done());
  EXPECT_EQ(loop.run([&] { return left.get(); }), 3);
}

TEST_F(a_loop, runs_until_a_task_has_ended) {
  coir::loop loop;
  EXPECT_EQ(loop.run_until(coir::spawn([] {
    coir::sleep_for(1ms);
    return 4;
  })),
            4);
  EXPECT_EQ(support::text_of<std::runtime_error>(
                [&] { loop.run_until(coir::spawn([] { throw std::runtime_error("the task's"); })); }),
            "the task's");
}

TEST_F(a_loop, runs_until_a_deadline_and_not_less) {
  coir::loop loop;
  words said;
  coir::spawn([&] {
    coir::sleep_for(1ms);
    said.push_back("within");
    coir::sleep_for(1h);
    said.push_back("after");
  });
  const auto start = coir::now();
  loop.run_for(3ms);
  EXPECT_GE(coir::now(), start + 3ms);
  while (said.empty()) loop.run_for(1ms);
  EXPECT_EQ(said, words{"within"});
  loop.run_until(start);
  loop.run_for(-1s);
  EXPECT_EQ(said, words{"within"});
}

TEST_F(a_loop, cancels_and_joins_what_is_left_when_it_goes) {
  words said;
  {
    coir::loop loop;
    coir::spawn([&] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled& c) {
        said.push_back(c.reason());
      }
    });
    loop.poll_once();
    EXPECT_EQ(said, words{});
  }
  EXPECT_EQ(said, words{"the run has ended"});
  EXPECT_EQ(coir::run([] { return 1; }), 1) << "the thread is free again";
}

TEST_F(a_loop, gives_each_ready_fiber_one_turn_per_poll) {
  coir::loop loop;
  int turns = 0;
  const auto counts = coir::spawn([&] {
    for (; turns < 3; ++turns) coir::yield();
  });
  EXPECT_EQ(turns, 0);
  for (int polls = 1; polls <= 3; ++polls) {
    EXPECT_TRUE(loop.poll_once()) << "it has yielded, and is ready";
    EXPECT_EQ(turns, polls - 1);
  }
  EXPECT_FALSE(loop.poll_once());
  EXPECT_TRUE(counts.is_done());
}

TEST_F(a_loop, without_work_polls_and_says_so) {
  coir::loop loop;
  for (int i = 0; i < 1000; ++i) ASSERT_FALSE(loop.poll_once());
  EXPECT_EQ(loop.next_deadline(), coir::never);
}

TEST_F(a_loop, tells_when_it_wants_to_be_polled_next) {
  coir::loop loop;
  const auto until = coir::now() + 1h;
  coir::spawn([&] { coir::sleep_until(until + 1h); });
  coir::spawn([&] { coir::sleep_until(until); });
  EXPECT_LE(loop.next_deadline(), coir::now()) << "two are ready";
  const auto wants_the_first = [&] {
    EXPECT_FALSE(loop.poll_once());
    EXPECT_GE(loop.next_deadline(), until);
    EXPECT_LE(loop.next_deadline(), until + 1ms) << "the end of its tick";
  };
  wants_the_first();
  coir::spawn([] {});
  EXPECT_LE(loop.next_deadline(), coir::now()) << "spawned from outside";
  wants_the_first();
}

TEST_F(a_loop, wakes_a_sleeper_in_the_first_poll_after_its_deadline) {
  coir::loop loop;
  const auto sleeper = coir::spawn([] { coir::sleep_for(1ms); });
  loop.poll_once();
  while (coir::now() < loop.next_deadline()) EXPECT_FALSE(sleeper.is_done());
  loop.poll_once();
  EXPECT_TRUE(sleeper.is_done());
}

bool is_readable(const coir::loop& loop, int milliseconds = 0) {
  pollfd p{.fd = loop.native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&p, 1, milliseconds) > 0;
}

TEST_F(a_loop, has_a_descriptor_that_is_readable_when_one_that_a_fiber_waits_for_is) {
  coir::loop loop;
  support::connection c;
  std::string got;
  const auto reader = coir::spawn([&] {
    std::byte one[1];
    for (int i = 0; i < 2; ++i)
      if (c.stream.read_some(one)) got += static_cast<char>(one[0]);
  });
  loop.poll_once();
  loop.poll_once();
  for (const char* letter : {"a", "b"}) {
    EXPECT_FALSE(is_readable(loop));
    c.peer.send(letter);
    EXPECT_TRUE(is_readable(loop, 1000 * support::patience));
    loop.poll_once();
    EXPECT_EQ(got.back(), *letter);
  }
  EXPECT_TRUE(reader.is_done());
}

TEST_F(a_loop, has_a_descriptor_that_another_threads_wake_makes_readable) {
  using coir::lowlevel::scheduler;
  coir::loop loop;
  for (int i = 0; i < 100; ++i) {
    coir::lowlevel::wake_token token;
    const auto waits = coir::spawn([&] {
      token = scheduler::current()->prepare();
      scheduler::current()->park(token, "another thread");
    });
    loop.poll_once();
    ASSERT_EQ(loop.next_deadline(), coir::never);
    ASSERT_FALSE(is_readable(loop));
    std::thread other([&] { scheduler::wake(token); });
    ASSERT_TRUE(is_readable(loop, 1000 * support::patience));
    loop.poll_once();
    ASSERT_TRUE(waits.is_done());
    other.join();
  }
}

// What another thread asks while poll_once is under way must not be lost: either that call serves it, or the
// descriptor is readable after it.
TEST_F(a_loop, misses_no_wake_that_comes_while_it_polls) {
  using coir::lowlevel::scheduler;
  coir::loop loop;
  constexpr int rounds = 3000;
  std::atomic<int> prepared = 0;
  coir::lowlevel::wake_token token;
  const auto waits = coir::spawn([&] {
    for (int i = 1; i <= rounds; ++i) {
      token = scheduler::current()->prepare();
      prepared.store(i, std::memory_order_release);
      scheduler::current()->park(token, "another thread");
    }
  });
  std::thread other([&] {
    for (int i = 1; i <= rounds; ++i) {
      while (prepared.load(std::memory_order_acquire) < i) std::this_thread::yield();
      scheduler::wake(token);
    }
  });
  while (!waits.is_done()) {
    const bool more = loop.poll_once();
    ASSERT_TRUE(more || waits.is_done() || is_readable(loop, 1000 * support::patience));
  }
  other.join();
}

TEST_F(a_loop, runs_tasks_while_code_outside_of_it_waits) {
  coir::loop loop;
  words said;
  const auto t = coir::spawn([&] {
    coir::sleep_for(1ms);
    said.push_back("task");
  });
  while (said.empty()) coir::sleep_for(1ms);
  t.join();
  coir::spawn([&] { said.push_back("next"); }).join();
  EXPECT_EQ(said, (words{"task", "next"}));
  EXPECT_FALSE(loop.poll_once());
}

TEST_F(a_loop, lets_code_outside_of_it_cancel_tasks) {
  coir::loop loop;
  const auto t = coir::spawn([] { coir::sleep_for(1h); });
  loop.poll_once();
  EXPECT_TRUE(t.cancel("from outside"));
  EXPECT_TRUE(t.is_done() || loop.next_deadline() <= coir::now());
  loop.poll_once();
  EXPECT_TRUE(t.is_done());
}

TEST_F(a_loop, does_not_nest) {
  coir::loop loop;
  EXPECT_THROW(coir::loop(), std::logic_error);
  EXPECT_THROW(coir::run([] {}), std::logic_error);
  loop.run([&] {
    EXPECT_THROW(coir::loop(), std::logic_error);
    EXPECT_THROW(coir::run([] {}), std::logic_error);
    EXPECT_THROW(loop.run([] {}), std::logic_error);
    EXPECT_THROW(loop.poll_once(), std::logic_error);
    EXPECT_THROW(loop.run_for(1h), std::logic_error);
    EXPECT_THROW(loop.run_until(coir::now()), std::logic_error);
  });
  EXPECT_FALSE(loop.poll_once());
}

TEST_F(a_loop, inside_of_a_run_is_refused) {
  coir::run([] { EXPECT_THROW(coir::loop(), std::logic_error); });
}

TEST_F(a_loop, is_not_driven_by_its_tasks_nor_by_other_threads) {
  coir::loop loop;
  bool refused = false;
  coir::spawn([&] {
    EXPECT_THROW(loop.poll_once(), std::logic_error);
    refused = !support::text_of<std::logic_error>([&] { loop.run([] {}); }).empty();
  }).join();  // which is no call of the loop
  EXPECT_TRUE(refused);
  std::thread([&] { EXPECT_THROW(loop.poll_once(), std::logic_error); }).join();
  EXPECT_TRUE(
      support::names(support::text_of<std::logic_error>([&] { loop.run([&] { loop.run_for(1s); }); }), "run_until"));
}

TEST_F(a_loop, works_in_an_explicit_fiber) {
  coir::fiber f([] {
    coir::loop loop;
    const auto t = coir::spawn([] {
      coir::sleep_for(1ms);
      return 6;
    });
    while (!t.is_done()) loop.poll_once();
    return loop.run_until(t);
  });
  EXPECT_EQ(f.switch_to<int>(), 6);
}

TEST_F(a_loop, without_descriptors_is_an_error_and_works_again_later) {
  {
    const support::descriptor_famine none;
    EXPECT_THROW(coir::loop(), std::system_error);
  }
  coir::loop loop;
  EXPECT_FALSE(loop.poll_once());
}

TEST_F(a_loop, that_is_destroyed_on_another_thread_ends_the_process) {
  if (support::is_emulated()) GTEST_SKIP() << "an emulated process cannot start itself anew";
  EXPECT_DEATH(
      {
        auto loop = std::make_unique<coir::loop>();
        std::thread([&] { loop.reset(); }).join();
      },
      "destroyed on a thread that is not its own");
}

}  // namespace
