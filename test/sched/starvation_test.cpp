// A fiber that only ever yields keeps neither timers nor other threads from being served.
#include <chrono>
#include <thread>
#include <vector>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/task/detail/session.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using coir::lowlevel::scheduler;
using coir::lowlevel::wake_token;

// As many switches may pass between two looks at timers and at the poller.
constexpr int limit = 256;
// While they take next to no time, the poller has its turn once in so many.
constexpr int passes = 16;

// Time passes by a microsecond with each look at what is there, as it does while a program computes.
class ticking_poller final : public coir::lowlevel::poller {
 public:
  explicit ticking_poller(coir::testing::virtual_clock& clock) : clock_(clock), inner_(clock) {}
  void poll(coir::deadline until) override {
    ++polls;
    clock_.advance_by(1us);
    inner_.poll(until);
  }
  void interrupt() noexcept override { inner_.interrupt(); }

  int polls = 0;

 private:
  coir::testing::virtual_clock& clock_;
  coir::testing::virtual_poller inner_;
};

class starvation : public support::nothing_left {
 protected:
  template <class F>
  void run(F&& main) {
    coir::testing::virtual_clock clock;
    auto& before = coir::lowlevel::exchange_clock(clock);
    ticking_poller poller(clock);
    {
      const coir::detail::session session(poller);
      main(clock, poller);
    }
    coir::lowlevel::exchange_clock(before);
  }
};

TEST_F(starvation, of_the_poller_does_not_happen) {
  run([](auto&, ticking_poller& poller) {
    const int before = poller.polls;
    for (int i = 0; i < 20 * passes * limit; ++i) coir::yield();
    EXPECT_GE(poller.polls - before, 19);
  });
}

TEST_F(starvation, of_the_poller_ends_sooner_when_switches_take_long) {
  run([](coir::testing::virtual_clock& clock, ticking_poller& poller) {
    const int before = poller.polls;
    for (int i = 0; i < 20 * limit; ++i) {
      if (i % limit == 0) clock.advance_by(20us);
      coir::yield();
    }
    EXPECT_GE(poller.polls - before, 19);
  });
}

TEST_F(starvation, of_the_poller_does_not_happen_with_two_that_yield) {
  run([](auto&, ticking_poller& poller) {
    bool stop = false;
    auto other = coir::spawn([&] {
      while (!stop) coir::yield();
    });
    const int before = poller.polls;
    for (int i = 0; i < 10 * passes * limit; ++i) coir::yield();
    EXPECT_GE(poller.polls - before, 19) << "each round is two switches";
    stop = true;
    other.join();
  });
}

TEST_F(starvation, of_a_timer_does_not_happen) {
  run([](coir::testing::virtual_clock& clock, auto&) {
    bool woken = false;
    auto sleeper = coir::spawn([&] {
      coir::sleep_for(1ms);
      woken = true;
    });
    coir::yield();
    for (int i = 0; i < 4 * limit; ++i) coir::yield();
    EXPECT_FALSE(woken);
    clock.advance_by(1ms);
    int yields = 0;
    while (!woken && yields < 10'000) {
      coir::yield();
      ++yields;
    }
    EXPECT_TRUE(woken);
    EXPECT_LE(yields, limit + 2);
    sleeper.join();
  });
}

TEST_F(starvation, of_a_wake_from_another_thread_does_not_happen) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    wake_token token;
    bool woken = false;
    auto waiter = coir::spawn([&] {
      s.park(token = s.prepare(), "a sign");
      woken = true;
    });
    coir::yield();
    std::thread([&] { scheduler::wake(token); }).join();
    int yields = 0;
    while (!woken && yields < 10'000) {
      coir::yield();
      ++yields;
    }
    EXPECT_TRUE(woken);
    EXPECT_LE(yields, limit + 2);
    waiter.join();
  });
}

TEST_F(starvation, of_a_wake_from_another_thread_does_not_happen_among_many_that_yield) {
  coir::testing::run([] {
    auto& s = *scheduler::current();
    wake_token token;
    bool woken = false;
    bool stop = false;
    auto waiter = coir::spawn([&] {
      s.park(token = s.prepare(), "a sign");
      woken = true;
    });
    long switches = 0;
    std::vector<coir::task<>> busy;
    for (int i = 0; i < 10; ++i)
      busy.push_back(coir::spawn([&] {
        while (!stop) {
          ++switches;
          coir::yield();
        }
      }));
    coir::yield();
    std::thread([&] { scheduler::wake(token); }).join();
    const long before = switches;
    while (!woken && switches - before < 100'000) coir::yield();
    EXPECT_TRUE(woken);
    EXPECT_LE(switches - before, limit + 20);
    stop = true;
    for (auto& t : busy) t.join();
    waiter.join();
  });
}

TEST_F(starvation, by_tasks_that_spawn_tasks_does_not_happen) {
  run([](coir::testing::virtual_clock& clock, auto&) {
    struct hydra {
      static void grow(const bool& stop, int& spawned) {
        if (!stop && spawned < 100'000) coir::spawn([&stop, &spawned] { grow(stop, ++spawned); });
      }
    };
    bool stop = false;
    int spawned = 0;
    auto sleeper = coir::spawn([&] {
      coir::sleep_for(1ms);
      stop = true;
    });
    coir::yield();
    hydra::grow(stop, spawned);
    clock.advance_by(1ms);
    sleeper.join();
    EXPECT_LE(spawned, 2 * limit);
  });
}

}  // namespace
