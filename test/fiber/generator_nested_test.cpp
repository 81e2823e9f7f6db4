// Generators inside of generators, and yields past an inner one, which greenlet's test_generator_nested shows.
#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"

namespace {

using generator_nested = support::nothing_left;
using support::counted;

template <class Out>
std::vector<Out> all_of(coir::generator<Out> g) {
  std::vector<Out> values;
  for (Out value : g) values.push_back(value);
  return values;
}

coir::generator<int> descent(int n) {
  return [n](auto& y) {
    if (n == 0) return;
    for (int i : descent(n - 1)) y(i);
    y(n);
  };
}

TEST_F(generator_nested, recurse) { EXPECT_EQ(all_of(descent(5)), (std::vector{1, 2, 3, 4, 5})); }

coir::generator<std::vector<int>> permutations(std::vector<int> of) {
  return [of = std::move(of)](auto& y) {
    if (of.empty()) y(std::vector<int>());
    for (const int first : of) {
      std::vector<int> rest;
      std::copy_if(of.begin(), of.end(), std::back_inserter(rest), [&](int i) { return i != first; });
      for (std::vector<int> p : permutations(rest)) {
        p.insert(p.begin(), first);
        y(std::move(p));
      }
    }
  };
}

TEST_F(generator_nested, permute) {
  const auto all = all_of(permutations({0, 1, 2, 3}));
  ASSERT_EQ(all.size(), 24U);
  EXPECT_EQ(all.front(), (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(all.back(), (std::vector{3, 2, 1, 0}));
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

TEST_F(generator_nested, step_side_by_side) {
  auto a = permutations({0, 1, 2});
  auto b = permutations({0, 1});
  std::vector<std::pair<std::vector<int>, std::vector<int>>> both;
  for (;;) {
    auto x = a.next();
    auto y = b.next();
    if (!x || !y) break;
    both.emplace_back(*x, *y);
  }
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[1].first, (std::vector{0, 2, 1}));
  EXPECT_EQ(both[1].second, (std::vector{1, 0}));
}

TEST_F(generator_nested, may_be_yielded_themselves) {
  coir::generator<coir::generator<int>> rows([](auto& y) {
    for (int n = 1; n <= 3; ++n)
      y([n](auto& z) {
        for (int i = 0; i < n; ++i) z(n);
      });
  });
  std::vector<int> seen;
  for (auto row : rows)
    for (int i : row) seen.push_back(i);
  EXPECT_EQ(seen, (std::vector{1, 2, 2, 3, 3, 3}));
}

// -- yields past an inner generator ---------------------------------------------

coir::generator<int> squares_aside(int end, coir::yielder<int>& outer) {
  return [end, &outer](auto& y) {
    for (int i = 1; i < end; ++i) {
      y(i);
      outer(i * i);
    }
  };
}

TEST_F(generator_nested, yield_for_the_outer_one) {
  std::vector<int> seen;
  coir::generator<int> outer([&](auto& y) {
    for (int i : squares_aside(5, y)) seen.push_back(i);
  });
  for (int i : outer) seen.push_back(i);
  EXPECT_EQ(seen, (std::vector{1, 1, 2, 4, 3, 9, 4, 16}));
}

TEST_F(generator_nested, yield_for_the_outermost_one_of_three) {
  coir::generator<int> g([](auto& y) {
    coir::generator<int> middle([&](auto& z) {
      coir::generator<int> inner([&](auto& w) {
        y(1);
        w(2);
        z(3);
        y(4);
      });
      for (int i : inner) z(10 * i);
    });
    for (int i : middle) y(10 * i);
  });
  EXPECT_EQ(all_of(std::move(g)), (std::vector{1, 200, 30, 4}));
}

TEST_F(generator_nested, receive_what_is_sent_to_the_outer_one) {
  coir::generator<int, int> g([](auto& y) {
    coir::generator<int, int> inner([&](auto&) { y(10 * y(0)); });
    inner.next();
    y(1);
  });
  EXPECT_EQ(g.next(), 0);
  EXPECT_EQ(g.send(7), 70);
  EXPECT_EQ(g.next(), 1);
  EXPECT_FALSE(g.next());
}

TEST_F(generator_nested, yield_for_the_outer_one_from_an_explicit_fiber) {
  coir::generator<int> g([](auto& y) {
    coir::fiber f([&] {
      y(1);
      y(2);
    });
    f.switch_to();
    y(3);
  });
  EXPECT_EQ(all_of(std::move(g)), (std::vector{1, 2, 3}));
}

TEST_F(generator_nested, are_running_while_they_yield_for_the_outer_one) {
  coir::generator<int> inner;
  coir::generator<int> g([&](auto& y) {
    inner = [&](auto& z) {
      y(1);
      z(2);
    };
    y(10 * *inner.next());
  });
  EXPECT_EQ(g.next(), 1);
  EXPECT_THROW(inner.next(), std::logic_error);
  EXPECT_THROW(inner.close(), std::logic_error);
  EXPECT_EQ(g.next(), 20) << "and nothing has changed";
  EXPECT_FALSE(inner.next());
}

TEST_F(generator_nested, get_the_error_that_is_thrown_at_the_outer_one) {
  coir::generator<int> g([](auto& y) {
    coir::generator<int> inner([&](auto& z) {
      try {
        y(1);
      } catch (int n) {
        z(n);
      }
    });
    y(10 * *inner.next());
  });
  g.next();
  EXPECT_EQ(g.throw_to(5), 50);
}

TEST_F(generator_nested, pass_the_error_on_that_is_thrown_at_the_outer_one) {
  coir::generator<int> g([](auto& y) {
    try {
      coir::generator<int>([&](auto&) { y(1); }).next();
    } catch (const std::runtime_error&) {
      y(2);
    }
  });
  g.next();
  EXPECT_EQ(g.throw_to(std::runtime_error("x")), 2);
}

TEST_F(generator_nested, are_unwound_with_the_outer_one) {
  for (const bool by_close : {true, false}) {
    std::vector<int> order;
    struct note {
      std::vector<int>& order;
      int number;
      counted c{};
      ~note() { order.push_back(number); }
    };
    {
      coir::generator<int> g([&](auto& y) {
        const note n{order, 1};
        coir::generator<int> inner([&](auto&) {
          const note m{order, 2};
          y(1);
        });
        inner.next();
        ADD_FAILURE() << "never";
      });
      g.next();
      if (by_close) g.close();
    }
    EXPECT_EQ(order, (std::vector{2, 1}));
    EXPECT_EQ(counted::live(), 0);
  }
}

TEST_F(generator_nested, dropped_amid_a_yield_for_the_outer_one_leave_it_waiting_for_their_step) {
  coir::generator<int> g;
  auto inner = std::make_unique<coir::generator<int>>();
  g = [&, c = counted(1)](auto& y) {
    *inner = [&, d = counted(2)](auto&) { y(1); };
    inner->next();
  };
  EXPECT_EQ(g.next(), 1);
  inner.reset();
  EXPECT_EQ(counted::live(), 1);
  EXPECT_THROW(g.next(), std::logic_error) << "its body waits for a step that nobody will end";
  g = {};
}

TEST_F(generator_nested, that_outlive_the_outer_one_stay_where_they_are) {
  coir::generator<int> inner;
  {
    coir::generator<int> g([&](auto& y) {
      inner = [&, c = counted(1)](auto&) { y(1); };
      inner.next();
    });
    g.next();
  }
  EXPECT_EQ(counted::live(), 1);
  EXPECT_THROW(inner.next(), std::logic_error) << "amid a yield of one that is no more";
  inner = {};
  EXPECT_EQ(counted::live(), 0);
}

}  // namespace
