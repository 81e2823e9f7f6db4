// A parked fiber belongs to its scheduler: nobody else may switch to it.
#include <chrono>
#include <stdexcept>
#include <string>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using coir::bad_switch;
using coir::lowlevel::scheduler;
using parked_fiber = support::nothing_left;
using support::names;
using support::text_of;

TEST_F(parked_fiber, refuses_a_switch_and_says_what_it_waits_for) {
  coir::testing::run([] {
    coir::fiber inner;
    bool woken = false;
    auto t = coir::spawn([&] {
      inner = coir::fiber({.name = "reader"}, [&] {
        auto& s = *scheduler::current();
        s.park(s.prepare(), "a byte from the socket", coir::now() + 1s);
        woken = true;
      });
      inner.switch_to();
    });
    coir::yield();
    EXPECT_TRUE(inner);
    EXPECT_TRUE(names(text_of<bad_switch>([&] { inner.switch_to(); }), "reader", "a byte from the socket"));
    EXPECT_TRUE(names(text_of<bad_switch>([&] { inner.throw_to(std::runtime_error("x")); }), "reader"));
    EXPECT_THROW(inner.throw_to(), bad_switch);
    EXPECT_FALSE(woken);
    EXPECT_TRUE(names(coir::to_string(inner), "reader", "parked"));
    t.join();
    EXPECT_TRUE(woken) << "nothing has changed";
    EXPECT_TRUE(inner.is_dead());
  });
}

TEST_F(parked_fiber, that_is_a_task_refuses_a_switch) {
  coir::testing::run([] {
    coir::fiber body;
    auto t = coir::spawn([&] {
      body = coir::fiber::current();
      coir::sleep_for(1s);
    });
    coir::yield();
    EXPECT_THROW(body.switch_to(), bad_switch);
    t.join();
    EXPECT_TRUE(body.is_dead());
  });
}

TEST_F(parked_fiber, that_is_ready_refuses_a_switch) {
  coir::testing::run([] {
    coir::fiber body;
    auto t = coir::spawn([&] {
      body = coir::fiber::current();
      coir::yield();
    });
    coir::yield();
    EXPECT_THROW(body.switch_to(), bad_switch);
    t.join();
  });
}

TEST_F(parked_fiber, that_is_main_refuses_a_switch) {
  coir::testing::run([] {
    const coir::fiber main = coir::fiber::current();
    auto t = coir::spawn([&] { EXPECT_THROW(main.switch_to(), bad_switch); });
    t.join();
  });
}

TEST_F(parked_fiber, that_is_an_ended_fibers_parent_makes_the_last_resumer_hear_of_it) {
  coir::testing::run([] {
    coir::fiber child;
    auto owner = coir::spawn({.name = "owner"}, [&] {
      child = coir::fiber({.name = "child"}, [] { support::to_parent(); });
      child.switch_to();
      coir::sleep_for(1s);
    });
    coir::yield();
    EXPECT_THROW(child.switch_to(), bad_switch) << "its parent is parked";
    EXPECT_TRUE(child.is_dead());
    EXPECT_FALSE(owner.is_done());
    owner.join();
  });
}

TEST_F(parked_fiber, may_be_resumed_by_another_task_once_it_waits_in_a_switch) {
  coir::testing::run([] {
    int got = 0;
    coir::fiber shared([&](int n) {
      for (;;) {
        coir::sleep_for(1s);
        got += n;
        n = support::to_parent<int>();
      }
    });
    const coir::fiber main = coir::fiber::current();
    shared.switch_to(1);
    EXPECT_EQ(got, 1);
    coir::spawn([&] {
      shared.set_parent(coir::fiber::current());
      shared.switch_to(10);
    }).join();
    EXPECT_EQ(got, 11);
    shared.set_parent(main);
    shared.switch_to(100);
    EXPECT_EQ(got, 111);
  });
}

}  // namespace
