// The tracer: told of every switch where it arrives, and unable to disturb it.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "thrown.hpp"

namespace {

using support::counted;
using support::text_of;
using support::to_parent;
using names = std::vector<std::string>;

std::string line(coir::trace_event e, const coir::fiber& from, const coir::fiber& to) {
  return std::string(e == coir::trace_event::throw_to ? "throw " : "switch ").append(from.name()).append(">").append(to.name());
}

class tracing : public support::nothing_left {
 protected:
  tracing() {
    coir::fiber::current().set_name("main");
    coir::set_tracer([this](coir::trace_event e, const coir::fiber& from, const coir::fiber& to) {
      EXPECT_TRUE(to == coir::fiber::current());
      seen.push_back(line(e, from, to));
    });
  }
  ~tracing() override {
    coir::set_tracer({});
    coir::fiber::current().set_name("");
  }

  names seen;
};

TEST_F(tracing, tells_of_starts_switches_and_ends_in_order) {
  const coir::fiber f({.name = "f"}, [] { to_parent(); });
  f.switch_to();
  f.switch_to();
  EXPECT_EQ(seen, (names{"switch main>f", "switch f>main", "switch main>f", "switch f>main"}));
}

TEST_F(tracing, tells_of_the_steps_of_a_generator) {
  coir::generator<int> g({.name = "g"}, [](auto& y) { y(1); });
  EXPECT_EQ(g.next(), 1);
  EXPECT_FALSE(g.next());
  EXPECT_EQ(seen, (names{"switch main>g", "switch g>main", "switch main>g", "switch g>main"}));
}

TEST_F(tracing, tells_of_throws_and_of_ends_by_an_error) {
  const coir::fiber f({.name = "f"}, [] { to_parent(); });
  f.switch_to();
  EXPECT_EQ(text_of<std::runtime_error>([&] { f.throw_to(std::runtime_error("x")); }), "x");
  EXPECT_EQ(seen, (names{"switch main>f", "switch f>main", "throw main>f", "throw f>main"}));
}

TEST_F(tracing, tells_of_a_kill_as_a_throw_and_a_normal_end) {
  coir::fiber f({.name = "f"}, [] { to_parent(); });
  f.switch_to();
  f = coir::fiber();
  EXPECT_EQ(seen, (names{"switch main>f", "switch f>main", "throw main>f", "switch f>main"}));
}

TEST_F(tracing, reaches_fibers_that_were_suspended_before_it_was_set) {
  coir::set_tracer({});
  const coir::fiber f({.name = "f"}, [] { EXPECT_EQ(support::to_parent<int>(), 5); });
  f.switch_to();
  names late;
  coir::set_tracer([&](auto e, const auto& from, const auto& to) { late.push_back(line(e, from, to)); });
  f.switch_to(5);
  EXPECT_EQ(late, (names{"switch main>f", "switch f>main"}));
}

TEST_F(tracing, does_not_tell_of_a_switch_to_oneself_or_of_one_refused) {
  EXPECT_EQ(coir::fiber::current().switch_to<int>(3), 3);
  EXPECT_THROW(coir::fiber().switch_to(), coir::bad_switch);
  const coir::fiber f([](int) {});
  EXPECT_THROW(f.switch_to(std::string("no int")), coir::bad_switch);
  EXPECT_EQ(seen, names{});
}

TEST_F(tracing, returns_the_tracer_before) {
  int calls = 0;
  const coir::tracer mine = coir::set_tracer([&](auto&&...) { ++calls; });
  EXPECT_TRUE(mine);
  EXPECT_TRUE(coir::get_tracer());
  coir::fiber([] {}).switch_to();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(seen, names{});
  EXPECT_TRUE(coir::set_tracer(mine));
  coir::fiber({.name = "f"}, [] {}).switch_to();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(seen.size(), 2U);
  coir::set_tracer({});
  EXPECT_FALSE(coir::get_tracer());
  coir::fiber([] {}).switch_to();
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(tracing, ends_when_the_tracer_throws_and_the_error_is_raised_in_the_target) {
  coir::set_tracer([&](auto e, const auto& from, const auto& to) {
    seen.push_back(line(e, from, to));
    throw std::runtime_error("tracer");
  });
  bool began = false;
  const coir::fiber f({.name = "f"}, [&] { began = true; });
  EXPECT_EQ(text_of<std::runtime_error>([&] { f.switch_to(); }), "tracer") << "the body ended with it, in main's favour";
  EXPECT_FALSE(began);
  EXPECT_TRUE(f.is_dead());
  EXPECT_FALSE(coir::get_tracer());
  EXPECT_EQ(seen, names{"switch main>f"});
}

TEST_F(tracing, error_takes_the_place_of_what_was_thrown) {
  std::string caught;
  const coir::fiber f({.name = "f"}, [&] { caught = text_of<std::runtime_error>([] { to_parent(); }); });
  f.switch_to();
  coir::set_tracer([](auto&&...) { throw std::runtime_error("tracer"); });
  f.throw_to(std::runtime_error("original"));
  EXPECT_EQ(caught, "tracer");
}

TEST_F(tracing, error_destroys_the_value_on_its_way) {
  coir::fiber f([](counted) {});
  coir::set_tracer([](auto&&...) { throw std::runtime_error("tracer"); });
  EXPECT_THROW(f.switch_to(counted(1)), std::runtime_error);
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(tracing, may_switch_and_no_value_is_lost_or_swapped) {
  names got;
  coir::fiber g1({.name = "g1"}, [&](std::string s) {
    got.push_back("g1 " + s);
    got.push_back("g1 " + support::to_parent<std::string>(std::string("from g1")));
  });
  coir::fiber g2({.name = "g2"}, [&](std::string s) {
    got.push_back("g2 " + s);
    support::to_parent(std::string("from g2"));
    return std::string("end of g2");
  });
  bool once = false;
  coir::set_tracer([&](auto e, const auto& from, const auto& to) {
    seen.push_back(line(e, from, to));
    if (!std::exchange(once, true)) g2.switch_to(std::string("by the tracer"));
  });
  // g1 is in its tracer, with its argument in hand, when g2 answers main.
  got.push_back("main " + g1.switch_to<std::string>(std::string("first")));
  got.push_back("main " + g1.switch_to<std::string>());
  EXPECT_EQ(got, (names{"g2 by the tracer", "main from g2", "g1 first", "main from g1"}));
  EXPECT_EQ(seen, (names{"switch main>g1", "switch g1>g2", "switch g2>main", "switch main>g1", "switch g1>main"}));
  g1.switch_to(std::string("second"));
  EXPECT_EQ(got.back(), "g1 second");
}

TEST_F(tracing, may_remove_itself_while_it_is_called) {
  auto alive = std::make_shared<int>(0);
  coir::set_tracer([alive](auto&&...) {
    coir::set_tracer({});
    ++*alive;
  });
  coir::fiber([] {}).switch_to();
  EXPECT_EQ(*alive, 1);
  EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(tracing, survives_an_order_to_leave_that_meets_a_fiber_in_the_tracer) {
  coir::fiber inner({.name = "inner"}, [c = counted(1)] {});
  bool first = true;
  coir::set_tracer([&](auto&&...) {
    if (std::exchange(first, false)) coir::fiber::current().parent().switch_to();
  });
  inner.switch_to();
  inner = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
  EXPECT_TRUE(coir::get_tracer());
}

TEST_F(tracing, belongs_to_its_thread) {
  std::thread([] {
    EXPECT_FALSE(coir::get_tracer());
    coir::fiber([] {}).switch_to();
  }).join();
  EXPECT_EQ(seen, names{});
  int calls = 0;
  std::thread([&] {
    coir::set_tracer([&](auto&&...) { ++calls; });
    coir::fiber([] {}).switch_to();
  }).join();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(seen, names{});
}

TEST_F(tracing, an_error_during_a_kill_goes_to_the_unhandled_hook) {
  coir::fiber f({.name = "f"}, [c = counted(1)] { to_parent(); });
  f.switch_to();
  int calls = 0;
  coir::set_tracer([&](auto&&...) {
    if (++calls == 2) throw std::runtime_error("tracer");
  });
  f = coir::fiber();
  EXPECT_EQ(calls, 2);
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "tracer");
}

}  // namespace
