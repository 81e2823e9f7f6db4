#include <coir/testing/run.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using virtual_run = support::nothing_left;

TEST_F(virtual_run, returns_what_main_returns) {
  EXPECT_EQ(coir::testing::run([] { return 42; }), 42);
  EXPECT_EQ(*coir::testing::run([] { return std::make_unique<int>(7); }), 7);
  static_assert(std::is_void_v<decltype(coir::testing::run([] {}))>);
}

TEST_F(virtual_run, throws_what_main_throws) {
  EXPECT_EQ(support::text_of<std::runtime_error>([] { coir::testing::run([] { throw std::runtime_error("main"); }); }),
            "main");
  EXPECT_THROW(coir::testing::run([] { throw 5; }), int);
}

TEST_F(virtual_run, runs_main_on_the_threads_own_stack) {
  const coir::fiber me = coir::fiber::current();
  coir::testing::run([&] { EXPECT_TRUE(coir::fiber::current() == me); });
}

TEST_F(virtual_run, inside_of_a_run_is_refused) {
  coir::testing::run([] {
    bool ran = false;
    EXPECT_THROW(coir::testing::run([&] { ran = true; }), std::logic_error);
    auto t = coir::spawn([&] { coir::testing::run([&] { ran = true; }); });
    EXPECT_THROW(t.get(), std::logic_error);
    EXPECT_FALSE(ran);
    const auto start = coir::now();
    coir::sleep_for(1s);
    EXPECT_EQ(coir::now() - start, 1s) << "the clock of the outer run is still the one";
  });
}

TEST_F(virtual_run, may_be_repeated) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(coir::testing::run([i] {
                return coir::spawn([i] {
                         coir::sleep_for(1h);
                         return i;
                       })
                    .get();
              }),
              i);
  }
}

TEST_F(virtual_run, may_be_repeated_after_main_threw) {
  EXPECT_THROW(coir::testing::run([] { throw std::runtime_error("x"); }), std::runtime_error);
  EXPECT_EQ(coir::testing::run([] { return 1; }), 1);
}

TEST_F(virtual_run, gives_the_real_clock_back) {
  const auto before = std::chrono::steady_clock::now();
  coir::testing::run([] { coir::sleep_for(24h); });
  EXPECT_THROW(coir::testing::run([] { throw 1; }), int);
  EXPECT_GE(coir::now(), before);
  EXPECT_LT(coir::now(), before + 12h);
}

TEST_F(virtual_run, takes_no_real_time_for_a_year) {
  const auto before = std::chrono::steady_clock::now();
  coir::testing::run([] {
    const auto start = coir::now();
    for (int day = 0; day < 365; ++day) coir::sleep_for(24h);
    EXPECT_EQ(coir::now() - start, 365 * 24h);
  });
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
}

TEST_F(virtual_run, starts_each_time_from_the_same_time) {
  const auto start = [] { return coir::testing::run([] { return coir::now(); }); };
  EXPECT_EQ(start(), start());
}

TEST_F(virtual_run, on_several_threads_at_once_keeps_their_times_apart) {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 1; i <= 8; ++i) {
    threads.emplace_back([&good, i] {
      coir::testing::run([&] {
        const auto start = coir::now();
        std::vector<coir::task<>> tasks;
        for (int k = 0; k < 100; ++k)
          tasks.push_back(coir::spawn([i] {
            for (int n = 0; n < 10; ++n) coir::sleep_for(std::chrono::hours(i));
          }));
        for (auto& t : tasks) t.join();
        if (coir::now() - start == std::chrono::hours(10 * i)) ++good;
      });
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(good, 8);
}

TEST_F(virtual_run, in_an_explicit_fiber_works) {
  coir::fiber f([] {
    return coir::testing::run([] {
      auto t = coir::spawn([] {
        coir::sleep_for(1s);
        return 4;
      });
      return t.get();
    });
  });
  EXPECT_EQ(f.switch_to<int>(), 4);
}

}  // namespace
