// Generators: steps, ends and errors. What holds is what holds for Python's.
#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"

namespace {

using generator = support::nothing_left;
using support::counted;

coir::generator<int> count_to(int last) {
  return [last](auto& y) {
    for (int i = 1; i <= last; ++i) y(i);
  };
}

template <class Out>
std::vector<Out> all_of(coir::generator<Out> g) {
  std::vector<Out> values;
  for (Out value : g) values.push_back(value);
  return values;
}

TEST_F(generator, yields_one_value_a_step) {
  auto g = count_to(2);
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(g.next(), 2);
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST_F(generator, runs_nothing_before_the_first_step) {
  bool ran = false;
  coir::generator<int> g([&](auto& y) {
    ran = true;
    y(1);
  });
  EXPECT_FALSE(ran);
  g.next();
  EXPECT_TRUE(ran);
}

TEST_F(generator, runs_no_further_than_it_is_asked_for) {
  std::vector<int> order;
  coir::generator<int> g([&](auto& y) {
    order.push_back(1);
    y(0);
    order.push_back(3);
    y(0);
    order.push_back(5);
  });
  g.next();
  order.push_back(2);
  g.next();
  order.push_back(4);
  g.next();
  EXPECT_EQ(order, (std::vector{1, 2, 3, 4, 5}));
}

// greenlet's test_generator: the same body again and again.
TEST_F(generator, interleaves_with_its_loop) {
  std::vector<int> seen;
  const auto body = [&](auto& y) {
    for (int i = 0; i < 5; ++i) {
      seen.push_back(i);
      y(i);
    }
  };
  for (int round = 0; round < 3; ++round)
    for (int i : coir::generator<int>(body)) seen.push_back(i);
  std::vector<int> expected;
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 5; ++i) expected.insert(expected.end(), {i, i});
  EXPECT_EQ(seen, expected);
}

TEST_F(generator, is_empty_for_ever_after_its_end) {
  auto g = count_to(1);
  g.next();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(g.next());
  for (int i : g) ADD_FAILURE() << i;
}

TEST_F(generator, that_was_never_given_a_body_has_ended) {
  coir::generator<int> g;
  EXPECT_TRUE(g.is_done());
  EXPECT_FALSE(g.next());
  EXPECT_NO_THROW(g.close());
  EXPECT_THROW(g.throw_to(std::runtime_error("x")), std::runtime_error);
}

TEST_F(generator, knows_whether_it_has_ended) {
  auto g = count_to(1);
  EXPECT_FALSE(g.is_done());
  g.next();
  EXPECT_FALSE(g.is_done()) << "it waits in its yield";
  g.next();
  EXPECT_TRUE(g.is_done());
}

TEST_F(generator, with_nothing_to_yield_is_empty_at_once) {
  EXPECT_FALSE(coir::generator<int>([](auto&) {}).next());
  EXPECT_TRUE(all_of(count_to(0)).empty());
}

void yield_down(coir::yielder<int>& y, int depth) {
  if (depth == 0) return;
  yield_down(y, depth - 1);
  y(depth);
}

TEST_F(generator, yields_from_any_call_depth) {
  EXPECT_EQ(all_of(coir::generator<int>([](auto& y) { yield_down(y, 4); })), (std::vector{1, 2, 3, 4}));
}

TEST_F(generator, yields_from_callbacks_of_code_that_knows_nothing_of_it) {
  coir::generator<int> g([](auto& y) {
    std::array values{3, 1, 2};
    std::for_each(values.begin(), values.end(), [&](int v) { y(v); });
  });
  EXPECT_EQ(all_of(std::move(g)), (std::vector{3, 1, 2}));
}

TEST_F(generator, takes_functions_as_bodies) {
  void (*one)(coir::yielder<int>&) = [](coir::yielder<int>& y) { yield_down(y, 1); };
  EXPECT_EQ(coir::generator<int>(one).next(), 1);
}

TEST_F(generator, takes_a_stack_as_large_as_it_needs) {
  coir::generator<int> deep({.stack_size = 16 << 20}, [](auto& y) { yield_down(y, 20'000); });
  EXPECT_EQ(all_of(std::move(deep)).size(), 20'000U);
}

TEST_F(generator, takes_a_name) {
  coir::generator<std::string> g({.name = "lines"}, [](auto& y) { y(std::string(coir::fiber::current().name())); });
  EXPECT_EQ(g.next(), "lines");
}

TEST_F(generator, goes_on_in_the_next_loop_where_one_was_left) {
  auto g = count_to(4);
  for (int i : g)
    if (i == 2) break;
  std::vector<int> rest;
  for (int i : g) rest.push_back(i);
  EXPECT_EQ(rest, (std::vector{3, 4}));
}

TEST_F(generator, of_nothing_tells_whether_it_has_yielded) {
  int rounds = 0;
  coir::generator<void> g([&](auto& y) {
    for (; rounds < 2; ++rounds) y();
  });
  EXPECT_TRUE(g.next());
  EXPECT_TRUE(g.next());
  EXPECT_FALSE(g.next());
  EXPECT_FALSE(g.next());
  EXPECT_EQ(rounds, 2);
}

TEST_F(generator, hands_an_error_of_its_body_to_the_stepper_and_has_ended) {
  coir::generator<int> g([c = counted(1)](auto& y) {
    y(1);
    throw std::runtime_error("in the body");
  });
  EXPECT_EQ(g.next(), 1);
  EXPECT_THROW(g.next(), std::runtime_error);
  EXPECT_TRUE(g.is_done());
  EXPECT_EQ(counted::live(), 0);
  EXPECT_FALSE(g.next());
}

TEST_F(generator, hands_an_error_before_the_first_yield_to_the_stepper) {
  coir::generator<int> g([](auto&) { throw 7; });
  EXPECT_THROW(g.next(), int);
  EXPECT_FALSE(g.next());
}

TEST_F(generator, hands_an_error_through_a_loop) {
  int last = 0;
  coir::generator<int> g([](auto& y) {
    y(1);
    y(2);
    throw std::runtime_error("in the body");
  });
  EXPECT_THROW(for (int i : g) last = i, std::runtime_error);
  EXPECT_EQ(last, 2);
}

TEST_F(generator, that_ends_by_an_exit_of_its_own_just_ends) {
  coir::generator<int> g([](auto& y) {
    y(1);
    throw coir::fiber_exit();
  });
  EXPECT_EQ(g.next(), 1);
  EXPECT_FALSE(g.next());
}

TEST_F(generator, may_yield_while_it_handles_an_exception) {
  coir::generator<int> g([](auto& y) {
    try {
      throw std::runtime_error("mine");
    } catch (const std::runtime_error&) {
      y(1);
      try {
        throw;
      } catch (const std::runtime_error& e) {
        EXPECT_STREQ(e.what(), "mine");
      }
    }
    y(2);
  });
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(std::current_exception(), nullptr);
  try {
    throw 5;
  } catch (int) {
    EXPECT_EQ(g.next(), 2);
    EXPECT_THROW(throw, int);
  }
}

}  // namespace
