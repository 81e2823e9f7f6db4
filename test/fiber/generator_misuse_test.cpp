// What is refused, and that nothing has changed then. Values never reach a side that does not wait for them.
#include <stdexcept>
#include <string>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "thrown.hpp"

namespace {

using generator_misuse = support::nothing_left;
using coir::bad_switch;
using support::names;
using support::text_of;
using support::to_parent;

TEST_F(generator_misuse, a_step_of_a_generator_by_itself) {
  coir::generator<int> g;
  g = coir::generator<int>({.name = "snake"}, [&](auto& y) {
    EXPECT_TRUE(names(text_of<std::logic_error>([&] { g.next(); }), "snake", "already running"));
    EXPECT_THROW(g.throw_to(1), std::logic_error);
    EXPECT_THROW(g.close(), std::logic_error);
    y(1);
  });
  EXPECT_EQ(g.next(), 1);
  EXPECT_FALSE(g.next());
}

TEST_F(generator_misuse, a_step_of_a_generator_by_one_that_it_steps) {
  coir::generator<int> outer;
  coir::generator<int> inner([&](auto& y) {
    EXPECT_THROW(outer.next(), std::logic_error);
    y(1);
  });
  outer = [&](auto& y) { y(*inner.next()); };
  EXPECT_EQ(outer.next(), 1);
}

TEST_F(generator_misuse, a_yield_while_nobody_steps) {
  coir::yielder<int>* kept = nullptr;
  coir::generator<int> g({.name = "kept"}, [&](auto& y) {
    kept = &y;
    y(1);
    y(2);
  });
  g.next();
  EXPECT_TRUE(names(text_of<std::logic_error>([&] { (*kept)(5); }), "kept"));
  coir::fiber other([&] { EXPECT_THROW((*kept)(5), std::logic_error); });
  other.switch_to();
  coir::generator<int> stranger([&](auto&) { EXPECT_THROW((*kept)(5), std::logic_error); });
  stranger.next();
  EXPECT_EQ(g.next(), 2);
}

TEST_F(generator_misuse, a_yield_from_a_fiber_that_the_body_has_made_and_another_runs) {
  coir::fiber stray;
  coir::generator<int> g([&](auto& y) {
    stray = coir::fiber([&] { EXPECT_THROW(y(5), std::logic_error); });
    y(1);
    y(2);
  });
  g.next();
  stray.set_parent(coir::fiber::current());
  stray.switch_to();
  EXPECT_TRUE(stray.is_dead());
  EXPECT_EQ(g.next(), 2);
}

// -- explicit switches in between ------------------------------------------------

TEST_F(generator_misuse, an_explicit_switch_to_a_generator_that_waits) {
  coir::fiber inside;
  coir::generator<int> g([&](auto& y) {
    inside = coir::fiber::current();
    y(1);
    y(2);
  });
  g.next();
  EXPECT_THROW(inside.switch_to(), bad_switch);
  EXPECT_THROW(inside.switch_to(5), bad_switch);
  EXPECT_EQ(g.next(), 2);
}

TEST_F(generator_misuse, an_explicit_switch_to_whoever_steps) {
  coir::generator<int> g([](auto& y) {
    EXPECT_THROW(to_parent(5), bad_switch);
    EXPECT_THROW(to_parent(), bad_switch);
    y(1);
  });
  EXPECT_EQ(g.next(), 1);
}

TEST_F(generator_misuse, a_step_of_a_generator_that_waits_for_something_else) {
  coir::fiber other;
  coir::generator<int> g([&](auto& y) { y(other.switch_to<int>()); });
  const coir::fiber me = coir::fiber::current();
  other = coir::fiber([&] {
    me.throw_to(std::runtime_error("out of the step"));
    return 5;
  });
  EXPECT_THROW(g.next(), std::runtime_error);
  EXPECT_TRUE(names(text_of<std::logic_error>([&] { g.next(); }), "already running"));
  EXPECT_THROW(g.close(), std::logic_error);
}

TEST_F(generator_misuse, a_yield_to_one_that_waits_for_something_else) {
  const coir::fiber me = coir::fiber::current();
  coir::fiber inside, other;
  coir::generator<int> g([&](auto& y) {
    inside = coir::fiber::current();
    other.switch_to();
    EXPECT_THROW(y(7), std::logic_error);
    me.switch_to(std::string("instead"));
  });
  other = coir::fiber([&] { me.throw_to(std::runtime_error("out of the step")); });
  EXPECT_THROW(g.next(), std::runtime_error);
  EXPECT_EQ(inside.switch_to<std::string>(), "instead");
}

TEST_F(generator_misuse, a_yield_to_one_that_takes_anything_and_knows_of_no_generator) {
  const coir::fiber me = coir::fiber::current();
  coir::fiber inside, other;
  coir::generator<int> g([&](auto& y) {
    inside = coir::fiber::current();
    other.switch_to();
    EXPECT_THROW(y(7), std::logic_error);
  });
  other = coir::fiber([&] { me.throw_to(std::runtime_error("out of the step")); });
  EXPECT_THROW(g.next(), std::runtime_error);
  inside.switch_to();
  EXPECT_TRUE(g.is_done());
}

TEST_F(generator_misuse, a_yield_to_one_that_steps_another_generator_of_the_same_type) {
  coir::fiber stray, stepped;
  coir::generator<int> first([&](auto& y) {
    stray = coir::fiber([&] {
      EXPECT_THROW(y(5), std::logic_error);
      stepped.switch_to();
    });
    y(1);
  });
  coir::generator<int> second([&](auto& y) {
    stepped = coir::fiber::current();
    stray.switch_to();
    y(2);
  });
  EXPECT_EQ(first.next(), 1);
  EXPECT_EQ(second.next(), 2);
}

}  // namespace
