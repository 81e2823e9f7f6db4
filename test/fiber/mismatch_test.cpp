// A value of a type that the other side does not expect.
#include <stdexcept>
#include <string>
#include <tuple>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "thrown.hpp"

namespace {

using mismatch = support::nothing_left;
using coir::bad_switch;
using support::counted;
using support::names;
using support::text_of;
using support::to_parent;

struct apple {};
struct pear {};

TEST_F(mismatch, names_both_fibers_and_both_types) {
  std::string text;
  coir::fiber target({.name = "orchard"}, [](apple) {});
  coir::fiber sender({.name = "thief"}, [&] { text = text_of<bad_switch>([&] { target.switch_to(pear{}); }); });
  sender.switch_to();
  EXPECT_TRUE(names(text, "orchard", "thief", "apple", "pear"));
}

TEST_F(mismatch, of_an_unstarted_fiber_leaves_it_unstarted) {
  coir::fiber f([](int n) { return n + 1; });
  EXPECT_THROW(f.switch_to(1L), bad_switch);
  EXPECT_THROW(f.switch_to(), bad_switch);
  EXPECT_THROW(f.switch_to(1, 2), bad_switch);
  EXPECT_THROW(f.switch_to(1U), bad_switch);
  EXPECT_FALSE(f);
  EXPECT_FALSE(f.is_dead());
  EXPECT_EQ(f.switch_to<int>(1), 2);
}

TEST_F(mismatch, of_a_suspended_fiber_leaves_it_waiting) {
  int last = 0;
  coir::fiber f([&] {
    for (;;) last = to_parent<int>();
  });
  f.switch_to();
  EXPECT_THROW(f.switch_to(std::string("x")), bad_switch);
  EXPECT_THROW(f.switch_to(), bad_switch);
  EXPECT_EQ(last, 0);
  EXPECT_TRUE(f);
  f.switch_to(5);
  EXPECT_EQ(last, 5);
}

TEST_F(mismatch, needs_exact_types_where_the_language_would_convert) {
  coir::fiber f([](double) {});
  EXPECT_THROW(f.switch_to(1), bad_switch);
  EXPECT_THROW(f.switch_to(1.0F), bad_switch);
  coir::fiber g([](std::string) {});
  EXPECT_THROW(g.switch_to("text"), bad_switch);
  coir::fiber h([](std::tuple<int, int>) {});
  EXPECT_THROW(h.switch_to(1), bad_switch);
  coir::fiber i([] {});
  EXPECT_THROW(i.switch_to(1), bad_switch);
}

TEST_F(mismatch, with_void_where_a_value_is_waited_for) {
  coir::fiber f([] {
    EXPECT_THROW(to_parent(), bad_switch);
    return 6;
  });
  EXPECT_EQ(f.switch_to<int>(), 6);
}

TEST_F(mismatch, is_thrown_at_the_sender_who_can_go_on) {
  coir::fiber f([] {
    EXPECT_THROW(to_parent(std::string("x")), bad_switch);
    EXPECT_THROW(to_parent(1.0), bad_switch);
    return to_parent<int>(1);
  });
  EXPECT_EQ(f.switch_to<int>(), 1);
  EXPECT_EQ(f.switch_to<int>(2), 2);
}

TEST_F(mismatch, can_happen_many_times) {
  coir::fiber f([](int n) { return n; });
  for (int i = 0; i < 1000; ++i) EXPECT_THROW(f.switch_to(counted(1)), bad_switch);
  EXPECT_EQ(counted::live(), 0);
  EXPECT_EQ(f.switch_to<int>(3), 3);
}

TEST_F(mismatch, of_a_result_is_thrown_in_the_parent) {
  coir::fiber::current().set_name("gardener");
  coir::fiber f({.name = "orchard"}, [] { return apple{}; });
  const std::string text = text_of<bad_switch>([&] { f.switch_to<pear>(); });
  coir::fiber::current().set_name("");
  EXPECT_TRUE(names(text, "orchard", "gardener", "apple", "pear"));
  EXPECT_TRUE(f.is_dead());
}

TEST_F(mismatch, of_a_result_destroys_the_result) {
  coir::fiber f([] { return counted(1); });
  EXPECT_THROW(f.switch_to<int>(), bad_switch);
  EXPECT_TRUE(f.is_dead());
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(mismatch, of_a_body_that_ends_with_nothing) {
  coir::fiber f([] {});
  EXPECT_THROW(f.switch_to<int>(), bad_switch);
  EXPECT_TRUE(f.is_dead());
}

TEST_F(mismatch, of_a_result_is_thrown_in_a_parent_that_is_a_fiber) {
  coir::fiber outer([] {
    coir::fiber inner([] { return 1; });
    EXPECT_THROW(inner.switch_to<std::string>(), bad_switch);
    return std::string("went on");
  });
  EXPECT_EQ(outer.switch_to<std::string>(), "went on");
}

TEST_F(mismatch, with_the_current_fiber_is_refused_too) {
  EXPECT_THROW(coir::fiber::current().switch_to<int>(1.0), bad_switch);
  EXPECT_THROW(coir::fiber::current().switch_to<int>(), bad_switch);
}

TEST_F(mismatch, with_the_living_ancestor_of_a_dead_fiber_is_refused) {
  coir::fiber dead([] {});
  dead.switch_to();
  EXPECT_THROW(dead.switch_to<int>(1.0), bad_switch);
  EXPECT_EQ(dead.switch_to<int>(1), 1);
}

TEST_F(mismatch, thrown_in_a_body_reaches_the_parent_when_not_caught) {
  coir::fiber f([] { to_parent(1.0); });
  EXPECT_THROW(f.switch_to<int>(), bad_switch);
  EXPECT_TRUE(f.is_dead());
}

TEST_F(mismatch, in_a_handler_leaves_the_handled_exception) {
  coir::fiber f([](int) {});
  try {
    throw std::runtime_error("mine");
  } catch (const std::runtime_error&) {
    EXPECT_THROW(f.switch_to(1.0), bad_switch);
    EXPECT_THROW(throw, std::runtime_error);
  }
}

TEST_F(mismatch, to_an_empty_handle_names_the_sender) {
  std::string text;
  coir::fiber sender({.name = "thief"}, [&] { text = text_of<bad_switch>([] { coir::fiber().switch_to(1); }); });
  sender.switch_to();
  EXPECT_TRUE(names(text, "thief", "empty"));
  EXPECT_THROW(coir::fiber().throw_to(), bad_switch);
  EXPECT_THROW(coir::fiber().throw_to(std::runtime_error("x")), bad_switch);
}

}  // namespace
