#include <coir/testing/until_all_parked.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <coir/base/cancelled.hpp>
#include <coir/run/run.hpp>
#include <coir/sched.hpp>
#include <coir/sync/wait_queue.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "raw_socket.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using coir::testing::until_all_parked;
using words = std::vector<std::string>;
using all_parked = support::nothing_left;

TEST_F(all_parked, is_when_every_other_fiber_waits) {
  coir::testing::run([] {
    int turns = 0;
    const auto busy = coir::spawn([&] {
      for (; turns < 1000; ++turns) coir::yield();
    });
    coir::spawn([&] { busy.join(); });
    until_all_parked();
    EXPECT_EQ(turns, 1000);
    EXPECT_TRUE(busy.is_done());
  });
}

TEST_F(all_parked, comes_before_time_moves) {
  coir::testing::run([] {
    const auto start = coir::now();
    const auto sleeper = coir::spawn([] { coir::sleep_for(1s); });
    until_all_parked();
    EXPECT_EQ(coir::now(), start);
    EXPECT_FALSE(sleeper.is_done());
    sleeper.join();
    EXPECT_EQ(coir::now(), start + 1s);
  });
}

TEST_F(all_parked, comes_after_what_is_due_already) {
  coir::testing::run([] {
    words said;
    coir::spawn([&] {
      coir::sleep_until(coir::now());
      coir::sleep_until(coir::now() - 1s);
      said.push_back("due");
    });
    until_all_parked();
    EXPECT_EQ(said, words{"due"});
  });
}

TEST_F(all_parked, is_true_at_once_of_a_fiber_that_is_alone) {
  coir::testing::run([] { until_all_parked(); });
}

TEST_F(all_parked, may_be_waited_for_by_several) {
  coir::testing::run([] {
    words said;
    const auto ask = [&] {
      until_all_parked();
      said.push_back("asker");
    };
    const coir::task<> tasks[] = {coir::spawn(ask), coir::spawn(ask), coir::spawn([&] {
                                    for (int i = 0; i < 10; ++i) coir::yield();
                                    said.push_back("busy");
                                  })};
    for (const auto& t : tasks) t.join();
    EXPECT_EQ(said, (words{"busy", "asker", "asker"}));
  });
}

TEST_F(all_parked, is_a_call_that_can_be_cancelled) {
  coir::testing::run([] {
    const auto busy = coir::spawn([] {
      for (;;) coir::yield();
    });
    const auto asks = coir::spawn([] { until_all_parked(); });
    for (int i = 0; i < 5; ++i) coir::yield();
    EXPECT_FALSE(asks.is_done());
    asks.cancel();
    EXPECT_THROW(asks.get(), coir::cancelled);
    busy.cancel();
    busy.join();
    until_all_parked();  // nobody is counted who has left
  });
}

TEST_F(all_parked, comes_after_what_descriptors_and_threads_have_sent) {
  coir::run([] {
    support::connection c;
    const auto reader = coir::spawn([&] {
      std::byte one[1];
      return c.stream.read_some(one);
    });
    until_all_parked();
    EXPECT_FALSE(reader.is_done());
    c.peer.send("x");
    until_all_parked();
    EXPECT_TRUE(reader.is_done());

    coir::lowlevel::wake_token token;
    const auto waiter = coir::spawn([&] {
      auto& s = *coir::lowlevel::scheduler::current();
      token = s.prepare();
      s.park(token, "a thread");
    });
    until_all_parked();
    EXPECT_FALSE(waiter.is_done());
    std::thread([&] { coir::lowlevel::scheduler::wake(token); }).join();
    until_all_parked();
    EXPECT_TRUE(waiter.is_done());
  });
}

TEST_F(all_parked, outside_of_a_run_is_refused) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { until_all_parked(); }), "until_all_parked"));
}

}  // namespace
