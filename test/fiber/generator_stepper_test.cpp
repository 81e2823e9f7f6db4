// Who steps a generator: any fiber of its thread, whoever made it. Values, errors and the end go there.
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "thrown.hpp"

namespace {

using generator_stepper = support::nothing_left;
using coir::bad_switch;
using support::counted;
using support::names;
using support::text_of;
using support::to_parent;

coir::generator<int> count_up() {
  return [](auto& y) {
    for (int i = 1;; ++i) y(i);
  };
}

TEST_F(generator_stepper, may_be_another_fiber_than_the_one_that_made_it) {
  auto g = count_up();
  std::vector<int> seen;
  const auto step = [&] { seen.push_back(*g.next()); };
  coir::fiber f([&] {
    step();
    to_parent();
    step();
  });
  f.switch_to();
  step();
  f.switch_to();
  step();
  EXPECT_EQ(seen, (std::vector{1, 2, 3, 4}));
}

TEST_F(generator_stepper, is_the_parent_while_it_waits) {
  coir::generator<coir::fiber> parents([](auto& y) {
    for (;;) y(coir::fiber::current().parent());
  });
  EXPECT_TRUE(*parents.next() == coir::fiber::current());
  coir::fiber h([&] { return *parents.next() == coir::fiber::current(); });
  EXPECT_TRUE(h.switch_to<bool>());
  EXPECT_TRUE(*parents.next() == coir::fiber::current());
}

TEST_F(generator_stepper, gets_the_errors) {
  coir::generator<int> g([](auto&) { throw std::runtime_error("x"); });
  coir::fiber f([&] { EXPECT_THROW(g.next(), std::runtime_error); });
  f.switch_to();
  EXPECT_TRUE(g.is_done());
}

TEST_F(generator_stepper, goes_on_when_the_fiber_that_made_it_has_ended) {
  coir::generator<int> g;
  coir::fiber([&] {
    g = count_up();
    g.next();
  }).switch_to();
  EXPECT_EQ(g.next(), 2);
}

TEST_F(generator_stepper, does_not_descend_from_the_generator) {
  coir::generator<coir::fiber> g;
  const coir::fiber me = coir::fiber::current();
  g = [&](auto& y) {
    y(coir::fiber([&] {
      EXPECT_THROW(g.next(), std::logic_error);
      coir::fiber::current().set_parent(me);
      EXPECT_FALSE(g.next()) << "now it does not";
    }));
  };
  const coir::fiber descendant = *g.next();
  descendant.switch_to();
  EXPECT_FALSE(g.next());
}

template <class F>
void on_a_thread(F&& code) {
  std::thread(std::forward<F>(code)).join();
}

TEST_F(generator_stepper, is_no_other_thread) {
  coir::generator<int> unstarted({.name = "unstarted"}, [](auto&) { FAIL(); });
  coir::generator<int> waiting({.name = "waiting"}, [](auto& y) {
    y(1);
    y(2);
  });
  waiting.next();
  on_a_thread([&] {
    EXPECT_TRUE(names(text_of<bad_switch>([&] { unstarted.next(); }), "unstarted", "thread"));
    EXPECT_TRUE(names(text_of<bad_switch>([&] { waiting.next(); }), "waiting", "thread"));
    for (coir::generator<int>* g : {&unstarted, &waiting}) {
      EXPECT_THROW(g->throw_to(1), bad_switch);
      EXPECT_THROW(g->close(), bad_switch);
      EXPECT_THROW(g->begin(), bad_switch);
    }
  });
  EXPECT_EQ(waiting.next(), 2);
  EXPECT_FALSE(unstarted.is_done());
}

TEST_F(generator_stepper, is_not_yielded_to_by_another_thread) {
  coir::generator<int> g([](auto& y) {
    on_a_thread([&] { EXPECT_THROW(y(5), bad_switch); });
    y(1);
  });
  EXPECT_EQ(g.next(), 1);
}

TEST_F(generator_stepper, that_goes_on_another_thread_leaves_the_unwinding_to_the_first) {
  coir::generator<int> g([c = counted(1)](auto& y) { y(1); });
  g.next();
  on_a_thread([h = std::move(g)]() mutable {
    h = {};
    EXPECT_EQ(counted::live(), 1) << "its own thread unwinds it";
  });
  coir::fiber([] {}).switch_to();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(generator_stepper, finds_the_end_when_the_thread_has_ended) {
  coir::generator<int> g;
  on_a_thread([&] {
    g = coir::generator<int>([c = counted(1)](auto& y) { y(c.value()); });
    g.next();
  });
  EXPECT_EQ(counted::live(), 0);
  EXPECT_TRUE(g.is_done());
  EXPECT_FALSE(g.next());
}

}  // namespace
