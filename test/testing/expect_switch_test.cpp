#include <coir/testing/expect_switch.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using coir::testing::expect_no_switch;
using coir::testing::expect_switch;
using expecting = support::nothing_left;

// What the expectation says, or nothing when it holds.
template <class F>
std::string complaint(F&& fn) {
  try {
    coir::testing::run(fn);
    return "";
  } catch (const std::logic_error& e) {
    return e.what();
  }
}
template <class F>
void expect_switches(F fn) {
  EXPECT_EQ(complaint([&] { expect_switch(fn); }), "");
  EXPECT_NE(complaint([&] { expect_no_switch(fn); }), "");
}
template <class F>
void expect_none(F fn) {
  EXPECT_EQ(complaint([&] { expect_no_switch(fn); }), "");
  EXPECT_NE(complaint([&] { expect_switch(fn); }), "");
}

TEST_F(expecting, counts_what_waits) {
  expect_switches([] { coir::sleep_for(1s); });
  expect_switches([] { coir::spawn([] {}).join(); });
}

TEST_F(expecting, counts_a_yield_also_of_a_fiber_that_is_alone) {
  expect_switches([] { coir::yield(); });
  expect_switches([] {
    for (int i = 0; i < 3; ++i) coir::spawn([] { coir::sleep_for(1s); });
    coir::yield();
  });
}

TEST_F(expecting, counts_spawn_now_for_its_task_runs) {
  expect_switches([] { coir::spawn_now([] {}); });
  expect_switches([] { coir::spawn_now([] { coir::sleep_for(1s); }); });
}

TEST_F(expecting, counts_neither_spawns_nor_wakes_nor_what_is_done_already) {
  expect_none([] {});
  expect_none([] { coir::spawn([] {}); });
  coir::testing::run([] {
    const auto t = coir::spawn([] { return 1; });
    t.join();
    EXPECT_EQ(expect_no_switch([&] { return t.get(); }), 1);
  });
}

TEST_F(expecting, does_not_count_explicit_switches) {
  expect_none([] { coir::fiber([] {}).switch_to(); });
}

TEST_F(expecting, returns_and_throws_what_the_call_does) {
  coir::testing::run([] {
    EXPECT_EQ(expect_no_switch([] { return 7; }), 7);
    EXPECT_EQ(expect_switch([] {
                coir::yield();
                return 8;
              }),
              8);
    EXPECT_EQ(support::text_of<std::runtime_error>([] { expect_switch([] { throw std::runtime_error("its own"); }); }),
              "its own");
  });
}

TEST_F(expecting, says_where_it_was_called) {
  const std::string told = complaint([] { expect_switch([] {}); });
  EXPECT_NE(told.find("expect_switch_test.cpp:"), std::string::npos) << told;
  EXPECT_NE(told.find("let no other fiber run"), std::string::npos) << told;
}

TEST_F(expecting, outside_of_a_run_is_refused) {
  EXPECT_TRUE(support::names(support::text_of<std::logic_error>([] { expect_no_switch([] {}); }), "expect_no_switch"));
}

}  // namespace
