// greenlet's test_greenlet.py, TestBrokenGreenlets: what goes wrong in the middle of a switch.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <functional>
#include <system_error>
#include <utility>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "memory.hpp"
#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_greenlet = support::nothing_left;
using greenlet_broken = support::nothing_left;

// A value whose copying runs code between the call of switch_to and the switch, as Python's attribute look-ups
// do; whose moving runs code in the target before its body begins.
struct hooked {
  explicit hooked(int n) : number(n) {}
  hooked(int n, std::function<void()> copying, std::function<void()> moving = {})
      : number(n), when_copied(std::move(copying)), when_moved(std::move(moving)) {}
  hooked(const hooked& other) : number(other.number), when_moved(other.when_moved) {
    if (other.when_copied) other.when_copied();
  }
  hooked(hooked&& other) : number(other.number) {
    if (const auto run = std::exchange(other.when_moved, {})) run();
  }
  int number;
  std::function<void()> when_copied;
  std::function<void()> when_moved;
};

TEST_F(greenlet_greenlet, test_recursive_startup) {
  std::vector<int> got;
  fiber g;
  const hooked outer(42, [&] { got.push_back(g.switch_to<int>(hooked(43))); });
  g = fiber([](hooked h) {
    for (;;) to_parent(h.number);
  });
  EXPECT_EQ(g.switch_to<int>(outer), 43) << "g was started with 43 by then, and 42 is an ordinary switch";
  EXPECT_EQ(got, std::vector{43});
}

TEST_F(greenlet_broken, test_failed_to_initialstub) {
  if (support::has_sanitizer) GTEST_SKIP() << "sanitizers reserve more address space than can be allowed";
  EXPECT_EXIT(
      {
        support::limit_address_space(32U << 20U);
        std::deque<fiber> fibers;
        bool ran = false;
        bool refused = false;
        while (!refused) {
          try {
            fibers.emplace_back(coir::fiber_options{.stack_size = 1U << 20U}, [&ran] { ran = true; });
          } catch (const std::system_error& e) {
            refused = e.code() == std::errc::not_enough_memory;
          }
        }
        const bool untouched = !ran && !fibers.back().is_dead();
        fibers.pop_front();
        fibers.emplace_back(coir::fiber_options{.stack_size = 1U << 20U}, [&ran] { ran = true; });
        fibers.back().switch_to();
        std::_Exit(refused && untouched && ran ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(greenlet_broken, test_failed_to_switch_into_running) {
  std::vector<int> runs;
  const fiber g([&] {
    runs.push_back(1);
    to_parent();
    runs.push_back(2);
    to_parent();
    runs.push_back(3);
  });
  g.switch_to();
  g.switch_to();
  EXPECT_EQ(runs, (std::vector{1, 2}));
  bool broken = true;
  const hooked value(1, [&] {
    if (broken) throw some_error();
  });
  EXPECT_THROW(g.switch_to(value), some_error);
  on_a_thread([&] { EXPECT_THROW(g.switch_to(), bad_switch); });
  EXPECT_EQ(runs, (std::vector{1, 2}));
  broken = false;
  g.switch_to(value);
  EXPECT_EQ(runs, (std::vector{1, 2, 3}));
  EXPECT_TRUE(g.is_dead());
}

// What no switch survives: a stack that is used up, and an end that nobody can receive, since the parent waits for
// something else and who resumed the fiber is gone.
TEST_F(greenlet_broken, test_failed_to_slp_switch_into_running) {
  struct recursion {
    [[gnu::noinline]] static int down(int n) {
      volatile char frame[512];
      frame[0] = static_cast<char>(n);
      return (n == 0 ? 0 : down(n - 1)) + frame[0];
    }
  };
  if (!support::has_sanitizer) {  // whose own report comes first
    EXPECT_EXIT(fiber({.name = "f"}, [] { return recursion::down(1 << 30); }).switch_to(),
                testing::KilledBySignal(SIGSEGV), "coir: .*'f'.*stack");
  }
  EXPECT_EXIT(coir::testing::run([] {
                fiber f;
                fiber killer;
                coir::spawn([&] {
                  f = fiber({.name = "f"}, [&] { killer = fiber(); });
                  coir::sleep_for(std::chrono::hours(1));
                });
                coir::yield();
                killer = fiber([&] { f.switch_to(); });
                killer.switch_to();
              }),
              testing::KilledBySignal(SIGABRT), "coir: fiber 'f' .*ended and no ancestor can receive its end");
}

class greenlet_reentrant : public support::nothing_left {
 protected:
  ~greenlet_reentrant() override { coir::set_tracer({}); }

  // Notes each switch, and makes one of its own when it has been asked to.
  void trace() {
    coir::set_tracer([this](coir::trace_event, const fiber&, const fiber&) {
      order.emplace_back("trace");
      if (std::exchange(switches, false)) g2.switch_to(std::string("g2 from the tracer"));
      if (std::exchange(switches_without_value, false)) g1.switch_to();
      order.emplace_back("traced");
    });
  }

  fiber g1;
  fiber g2;
  bool switches = false;
  bool switches_without_value = false;
  words order;
};

TEST_F(greenlet_reentrant, test_reentrant_switch_two_greenlets) {
  g1 = fiber([&] {
    order.emplace_back("g1");
    switches = true;
    to_parent();
    order.emplace_back("end of g1");
  });
  g2 = fiber([&](std::string) {
    order.emplace_back("g2");
    g1.switch_to();
    order.emplace_back("end of g2");
  });
  trace();
  g1.switch_to();
  order.emplace_back("main");
  g2.switch_to();
  EXPECT_EQ(order, (words{"trace", "traced", "g1",                  //
                          "trace",                                  // g1 to main, whose tracer goes on to g2
                          "trace", "traced", "g2",                  //
                          "trace", "traced", "end of g1",           //
                          "trace", "traced",                        // g1's end to main, in its tracer
                          "traced", "main",                         //
                          "trace", "traced", "end of g2", "trace", "traced"}));
  EXPECT_TRUE(g1.is_dead());
  EXPECT_TRUE(g2.is_dead());
}

TEST_F(greenlet_reentrant, test_reentrant_switch_three_greenlets) {
  bool started = false;
  g1 = fiber({.name = "g1"}, [&](int) { started = true; });
  g2 = fiber([&] { order.emplace_back("g2"); });
  trace();
  switches_without_value = true;
  EXPECT_TRUE(names(text_of<bad_switch>([&] { g2.switch_to(); }), "'g1'", "expects int", "sent nothing"));
  EXPECT_FALSE(started);
  EXPECT_FALSE(g1.is_dead());
  EXPECT_TRUE(g2.is_dead()) << "the tracer's error was raised in it, before its body began";
  EXPECT_FALSE(coir::get_tracer());
  EXPECT_EQ(order, words{"trace"});
}

TEST_F(greenlet_reentrant, test_reentrant_switch_three_greenlets2) {
  g1 = fiber([&](std::string s) {
    order.push_back("g1 arg: " + s);
    order.push_back("g1 from parent: " + to_parent<std::string>(std::string("from g1")));
    return std::string("g1 done");
  });
  g2 = fiber([&](std::string s) {
    order.push_back("g2 arg: " + s);
    to_parent(std::string("from g2"));
    order.emplace_back("g2 from parent");
    return std::string("g2 done");
  });
  const auto send = [&](const fiber& to, const char* text) {
    order.push_back("main: " + to.switch_to<std::string>(std::string(text)));
  };
  trace();
  switches = true;
  send(g1, "g1 from main");
  send(g1, "g2 from main");
  send(g1, "g1 from main 2");
  order.push_back("main: " + g2.switch_to<std::string>());
  std::erase(order, "traced");
  EXPECT_EQ(order, (words{"trace", "trace", "g2 arg: g2 from the tracer",      //
                          "trace", "main: from g2",                            //
                          "trace", "g1 arg: g1 from main",                     //
                          "trace", "main: from g1",                            //
                          "trace", "g1 from parent: g1 from main 2",           //
                          "trace", "main: g1 done",                            //
                          "trace", "g2 from parent", "trace", "main: g2 done"}));
}

TEST_F(greenlet_reentrant, test_reentrant_switch_GreenletAlreadyStartedInPython) {
  const fiber main = fiber::current();
  fiber a;
  fiber b;
  fiber c;
  const hooked from_c(1, [&] {
    EXPECT_TRUE(fiber::current() == c);
    order.emplace_back("switch to b while c switches to b");
    b.switch_to(hooked(2));
    order.emplace_back("back in c");
  });
  a = fiber([&] { order.emplace_back("begin a"); });
  b = fiber([&](hooked h) {
    order.push_back("begin b: " + std::to_string(h.number));
    main.switch_to(std::string("from b"));
  });
  b.set_parent(a);
  c = fiber([&] {
    order.emplace_back("begin c");
    b.switch_to(from_c);
    order.emplace_back("c done");
  });
  c.set_parent(b);
  order.push_back("main: " + c.switch_to<std::string>());
  c.switch_to();
  EXPECT_TRUE(a.is_dead());
  EXPECT_TRUE(b.is_dead());
  EXPECT_TRUE(c);
  c.switch_to();
  EXPECT_TRUE(c.is_dead());
  EXPECT_EQ(order, (words{"begin c", "switch to b while c switches to b", "begin b: 2", "main: from b", "back in c",
                          "begin a", "c done"}));
}

TEST_F(greenlet_reentrant, test_reentrant_switch_run_callable_has_del) {
  const fiber main = fiber::current();
  const fiber g([&](const hooked& h) { order.push_back("begin: " + std::to_string(h.number)); });
  const hooked value(7, {}, [&] {
    order.emplace_back("moved");
    main.switch_to(std::string("before the first line"));
  });
  order.push_back("main: " + g.switch_to<std::string>(value));
  EXPECT_TRUE(g) << "started, though its body is not";
  g.switch_to();
  EXPECT_TRUE(g.is_dead());
  EXPECT_EQ(order, (words{"moved", "main: before the first line", "begin: 7"}));
}

}  // namespace
