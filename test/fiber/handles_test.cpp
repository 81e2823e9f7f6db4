// Handles: copies, comparison, hashing, states, names.
#include <functional>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "thrown.hpp"

namespace {

using handles = support::nothing_left;
using support::counted;
using support::names;
using support::to_parent;

TEST_F(handles, are_empty_at_first) {
  const coir::fiber f;
  EXPECT_TRUE(f == coir::fiber());
  EXPECT_FALSE(f);
  EXPECT_FALSE(f.is_dead());
  EXPECT_EQ(f.name(), "");
}

TEST_F(handles, are_equal_when_they_mean_the_same_fiber) {
  coir::fiber f([] {});
  const coir::fiber g = f;
  const coir::fiber h([] {});
  EXPECT_TRUE(f == g);
  EXPECT_TRUE(f != h);
  EXPECT_TRUE(f != coir::fiber());
}

TEST_F(handles, hash_alike_when_equal) {
  coir::fiber f([] {});
  const coir::fiber g = f;
  EXPECT_EQ(std::hash<coir::fiber>{}(f), std::hash<coir::fiber>{}(g));
  std::unordered_set<coir::fiber> set{f, g, coir::fiber(), coir::fiber::current()};
  EXPECT_EQ(set.size(), 3U);
  EXPECT_TRUE(set.contains(coir::fiber()));
  EXPECT_TRUE(set.contains(coir::fiber::current()));
}

TEST_F(handles, are_the_size_of_a_pointer_and_move_without_throwing) {
  static_assert(sizeof(coir::fiber) == sizeof(void*));
  static_assert(std::is_nothrow_move_constructible_v<coir::fiber> && std::is_nothrow_move_assignable_v<coir::fiber>);
  static_assert(std::is_nothrow_copy_constructible_v<coir::fiber>);
  static_assert(!std::is_convertible_v<coir::fiber, bool>);
}

TEST_F(handles, are_empty_after_a_move) {
  coir::fiber f([] {});
  const coir::fiber copy = f;
  coir::fiber g = std::move(f);
  EXPECT_TRUE(f == coir::fiber());
  EXPECT_TRUE(g == copy);
  f = std::move(g);
  EXPECT_TRUE(g == coir::fiber());
  EXPECT_TRUE(f == copy);
}

TEST_F(handles, survive_assignment_to_themselves) {
  coir::fiber f([c = counted(1)] { to_parent(); });
  f.switch_to();
  auto& same = f;
  f = same;
  EXPECT_TRUE(f);
  f = std::move(same);
  EXPECT_TRUE(f);
  EXPECT_EQ(counted::live(), 1);
}

TEST_F(handles, keep_a_fiber_until_the_last_one_goes) {
  std::vector<coir::fiber> copies;
  {
    coir::fiber f([c = counted(1)] { to_parent(); });
    f.switch_to();
    copies.assign(100, f);
  }
  while (copies.size() > 1) copies.pop_back();
  EXPECT_EQ(counted::live(), 1);
  EXPECT_TRUE(copies[0]);
  copies.pop_back();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(handles, tell_the_state) {
  coir::fiber f([&f] {
    EXPECT_TRUE(f);
    EXPECT_FALSE(f.is_dead());
    to_parent();
  });
  EXPECT_FALSE(f) << "not started";
  EXPECT_FALSE(f.is_dead());
  f.switch_to();
  EXPECT_TRUE(f) << "suspended";
  EXPECT_FALSE(f.is_dead());
  f.switch_to();
  EXPECT_FALSE(f) << "ended";
  EXPECT_TRUE(f.is_dead());
  EXPECT_TRUE(coir::fiber::current());
  EXPECT_FALSE(coir::fiber::current().is_dead());
}

TEST_F(handles, to_the_current_fiber_mean_the_one_that_runs) {
  const coir::fiber me = coir::fiber::current();
  coir::fiber f([&] {
    EXPECT_TRUE(coir::fiber::current() == f);
    EXPECT_FALSE(coir::fiber::current() == me);
  });
  f.switch_to();
  EXPECT_TRUE(coir::fiber::current() == me);
}

TEST_F(handles, referred_to_by_current_go_on_meaning_that_fiber) {
  const coir::fiber& me = coir::fiber::current();
  coir::fiber f([&] {
    const coir::fiber& inner = coir::fiber::current();
    EXPECT_FALSE(inner == me);
    to_parent();
    EXPECT_TRUE(inner == f);
  });
  f.switch_to();
  EXPECT_TRUE(me == coir::fiber::current());
  f.switch_to();
}

TEST_F(handles, copied_from_current_keep_the_fiber) {
  coir::fiber kept;
  coir::fiber([&, c = counted(1)] {
    kept = coir::fiber::current();
    to_parent();
  }).switch_to();
  EXPECT_EQ(counted::live(), 1);
  EXPECT_TRUE(kept);
  kept.switch_to();
  EXPECT_TRUE(kept.is_dead());
}

TEST_F(handles, give_the_name_that_was_chosen) {
  std::string name = "parser";
  coir::fiber f({.name = name}, [] {});
  name = "xxxxxx";
  EXPECT_EQ(f.name(), "parser") << "copied";
  f.set_name("reader");
  EXPECT_EQ(f.name(), "reader");
  f.set_name(std::string(1000, 'n'));
  EXPECT_EQ(f.name(), std::string(1000, 'n'));
  f.set_name("");
  EXPECT_EQ(f.name(), "");
}

TEST_F(handles, may_name_the_fiber_after_itself) {
  coir::fiber f({.name = "a name too long for a small buffer"}, [] {});
  f.set_name(f.name());
  EXPECT_EQ(f.name(), "a name too long for a small buffer");
  f.set_name(f.name().substr(2));
  EXPECT_EQ(f.name(), "name too long for a small buffer");
}

TEST_F(handles, keep_the_name_of_a_dead_fiber) {
  coir::fiber f({.name = "parser"}, [] {});
  f.switch_to();
  EXPECT_EQ(f.name(), "parser");
  f.set_name("former parser");
  EXPECT_EQ(f.name(), "former parser");
}

TEST_F(handles, print_name_and_state) {
  coir::fiber f({.name = "parser"}, [&f] {
    EXPECT_TRUE(names(coir::to_string(f), "fiber 'parser'"));
    EXPECT_FALSE(names(coir::to_string(f), "suspended"));
    to_parent();
  });
  const std::string unstarted = coir::to_string(f);
  f.switch_to();
  EXPECT_EQ(coir::to_string(f), "fiber 'parser' (suspended)");
  EXPECT_NE(unstarted, coir::to_string(f));
  f.switch_to();
  EXPECT_TRUE(names(coir::to_string(f), "fiber 'parser'", "dead"));
  EXPECT_FALSE(names(coir::to_string(f), "suspended"));
}

TEST_F(handles, print_something_without_a_name_too) {
  const coir::fiber f([] {});
  const coir::fiber g([] {});
  EXPECT_NE(coir::to_string(f), coir::to_string(g)) << "two nameless fibers are told apart";
  EXPECT_FALSE(coir::to_string(coir::fiber()).empty());
  EXPECT_FALSE(coir::to_string(coir::fiber::current()).empty());
}

}  // namespace
