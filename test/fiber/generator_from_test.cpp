// y.from(): one generator yields for another, which is as if its body stood there (PEP 380).
#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"

namespace {

using generator_from = support::nothing_left;
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

TEST_F(generator_from, yields_what_the_inner_one_yields) {
  coir::generator<int> g([](auto& y) {
    y(0);
    y.from(count_to(2));
    y(3);
  });
  EXPECT_EQ(all_of(std::move(g)), (std::vector{0, 1, 2, 3}));
}

TEST_F(generator_from, takes_over_one_that_has_begun_and_leaves_it_ended) {
  auto inner = count_to(3);
  inner.next();
  EXPECT_EQ(all_of(coir::generator<int>([&](auto& y) { y.from(inner); })), (std::vector{2, 3}));
  EXPECT_TRUE(inner.is_done());
}

TEST_F(generator_from, an_ended_one_yields_nothing) {
  auto inner = count_to(0);
  inner.next();
  EXPECT_TRUE(all_of(coir::generator<int>([&](auto& y) { y.from(inner); })).empty());
}

TEST_F(generator_from, returns_the_result_of_the_inner_body) {
  coir::generator<std::string> g([](auto& y) {
    y("result: " + y.from(coir::generator<std::string, void, std::string>([](auto& z) {
      z("inner");
      return "from within";
    })));
  });
  EXPECT_EQ(g.next(), "inner");
  EXPECT_EQ(g.next(), "result: from within");
}

TEST_F(generator_from, leaves_an_lvalue_its_result) {
  coir::generator<int, void, std::string> inner([](auto&) { return "kept"; });
  coir::generator<int> g([&](auto& y) { EXPECT_EQ(y.from(inner), "kept"); });
  g.next();
  EXPECT_EQ(inner.result(), "kept");
}

TEST_F(generator_from, returns_a_result_that_is_move_only) {
  coir::generator<int> g([](auto& y) {
    y(*y.from(coir::generator<int, void, std::unique_ptr<int>>([](auto&) { return std::make_unique<int>(8); })));
  });
  EXPECT_EQ(g.next(), 8);
}

TEST_F(generator_from, forwards_what_is_sent) {
  coir::generator<int, int> g([](auto& y) {
    y.from(coir::generator<int, int>([](auto& z) {
      for (int n = 0; n < 10;) n = z(2 * n);
    }));
    y(100);
  });
  EXPECT_EQ(g.next(), 0);
  EXPECT_EQ(g.send(4), 8);
  EXPECT_EQ(g.send(7), 14);
  EXPECT_EQ(g.send(10), 100) << "the inner one has ended, the outer goes on";
}

TEST_F(generator_from, moves_values_no_more_than_one_generator_does) {
  coir::generator<counted, counted> g([](auto& y) {
    y.from(coir::generator<counted, counted>([](auto& z) {
      for (counted c(0);;) c = z(counted(c.value() + 1));
    }));
  });
  g.next();
  const int copies = counted::copies();
  const int moves = counted::moves();
  EXPECT_EQ(g.send(counted(4))->value(), 5);
  EXPECT_EQ(counted::copies(), copies);
  EXPECT_EQ(counted::moves() - moves, 3) << "into the yield's value, into c, and out into the optional";
}

TEST_F(generator_from, forwards_what_is_thrown) {
  coir::generator<int> g([](auto& y) {
    y.from(coir::generator<int>([](auto& z) {
      try {
        z(1);
      } catch (int n) {
        z(n);
      }
    }));
    y(3);
  });
  g.next();
  EXPECT_EQ(g.throw_to(2), 2);
  EXPECT_EQ(g.next(), 3);
}

TEST_F(generator_from, hands_an_error_of_the_inner_body_to_the_outer_one) {
  coir::generator<int> g([](auto& y) {
    try {
      y.from(coir::generator<int>([](auto& z) {
        z(1);
        throw std::runtime_error("inner");
      }));
    } catch (const std::runtime_error&) {
      y(2);
    }
  });
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(g.next(), 2);
}

TEST_F(generator_from, lets_an_error_pass_that_neither_catches) {
  coir::generator<int> g([](auto& y) { y.from(count_to(5)); });
  g.next();
  EXPECT_THROW(g.throw_to(std::runtime_error("x")), std::runtime_error);
  EXPECT_TRUE(g.is_done());
}

TEST_F(generator_from, closes_the_inner_one_with_itself) {
  coir::generator<int> inner([c = counted(1)](auto& y) { y(c.value()); });
  coir::generator<int> g([&](auto& y) { y.from(inner); });
  g.next();
  g.close();
  EXPECT_TRUE(inner.is_done());
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(generator_from, closes_the_inner_one_when_it_is_dropped) {
  std::vector<std::string> order;
  struct note {
    std::vector<std::string>& order;
    const char* text;
    ~note() { order.push_back(text); }
  };
  coir::generator<int> inner([&](auto& y) {
    const note n{order, "inner"};
    y(1);
  });
  {
    coir::generator<int> g([&](auto& y) {
      const note n{order, "outer"};
      y.from(inner);
    });
    g.next();
  }
  EXPECT_EQ(order, (std::vector<std::string>{"inner", "outer"}));
  EXPECT_TRUE(inner.is_done());
}

TEST_F(generator_from, passes_on_the_error_of_an_inner_one_that_cannot_be_closed) {
  coir::generator<int> g([](auto& y) {
    y.from(coir::generator<int>([](auto& z) {
      try {
        z(1);
      } catch (const coir::fiber_exit&) {
        throw std::runtime_error("in cleanup");
      }
    }));
  });
  g.next();
  EXPECT_THROW(g.close(), std::runtime_error);
}

coir::generator<int> nested(int depth) {
  return [depth](auto& y) {
    if (depth > 0) y.from(nested(depth - 1));
    y(depth);
  };
}

TEST_F(generator_from, nests) {
  const auto values = all_of(nested(50));
  ASSERT_EQ(values.size(), 51U);
  for (int i = 0; i <= 50; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
}

TEST_F(generator_from, nests_and_is_dropped_half_way) {
  {
    auto g = nested(20);
    g.next();
    g.next();
  }
  coir::generator<int> g([c = counted(1)](auto& y) { y.from(nested(3)); });
  g.next();
  g.close();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(generator_from, takes_any_range) {
  const std::vector<int> list{1, 2};
  coir::generator<int> g([&](auto& y) {
    y.from(list);
    y.from(std::array{3, 4});
    const int raw[] = {5};
    y.from(raw);
  });
  EXPECT_EQ(all_of(std::move(g)), (std::vector{1, 2, 3, 4, 5}));
}

TEST_F(generator_from, moves_the_elements_of_a_temporary_range_and_copies_those_of_another) {
  std::vector<counted> kept(2);
  coir::generator<counted> g([&](auto& y) {
    const int copies = counted::copies();
    y.from(std::vector<counted>(std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end())));
    EXPECT_EQ(counted::copies(), copies);
    y.from(kept);
    EXPECT_EQ(counted::copies(), copies + 2);
  });
  for (const counted& c : g) static_cast<void>(c);
}

TEST_F(generator_from, takes_references_out_of_a_range) {
  std::vector<int> cells{1, 2};
  coir::generator<int&> g([&](auto& y) { y.from(cells); });
  for (int& c : g) c = 0;
  EXPECT_EQ(cells, (std::vector{0, 0}));
}

TEST_F(generator_from, takes_a_generator_of_another_type_as_a_range) {
  coir::generator<long> g([](auto& y) { y.from(count_to(2)); });
  EXPECT_EQ(all_of(std::move(g)), (std::vector{1L, 2L}));
}

// Python's standard example of delegation: a tally that is fed through another generator.
TEST_F(generator_from, gathers_tallies) {
  using tally = coir::generator<void, int, int>;
  std::vector<int> tallies;
  coir::generator<void, int> gather([&](auto& y) {
    for (;;)
      tallies.push_back(y.from(tally([](auto& z) {
        int sum = 0;
        while (const int n = z()) sum += n;
        return sum;
      })));
  });
  gather.next();
  for (int n : {1, 2, 3, 0, 4, 5, 0}) gather.send(n);
  EXPECT_EQ(tallies, (std::vector{6, 9}));
}

}  // namespace
