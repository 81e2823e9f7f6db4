// The first program of greenlet's documentation.
#include <coir/fiber.hpp>

#include <vector>

#include "nothing_left.hpp"

namespace {

using greenlet_program = support::nothing_left;

TEST_F(greenlet_program, runs_in_the_order_1_3_2_4) {
  std::vector<int> order;
  coir::fiber gr1, gr2;
  gr1 = coir::fiber([&] {
    order.push_back(1);
    gr2.switch_to();
    order.push_back(2);
    gr2.switch_to();
    order.push_back(5);
  });
  gr2 = coir::fiber([&] {
    order.push_back(3);
    gr1.switch_to();
    order.push_back(4);
  });
  gr1.switch_to();
  EXPECT_EQ(order, (std::vector{1, 3, 2, 4}));
  EXPECT_TRUE(gr2.is_dead());
  EXPECT_FALSE(gr1.is_dead());
  EXPECT_TRUE(gr1);
}

TEST_F(greenlet_program, interleaves_parent_and_child) {
  std::vector<int> order;
  coir::fiber child([&] {
    order.push_back(1);
    coir::fiber::current().parent().switch_to();
    order.push_back(3);
  });
  order.push_back(0);
  child.switch_to();
  order.push_back(2);
  child.switch_to();
  order.push_back(4);
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST_F(greenlet_program, lets_two_children_with_one_body_interleave) {
  std::vector<int> order;
  auto body = [&order](int base) {
    order.push_back(base);
    coir::fiber::current().parent().switch_to();
    order.push_back(base + 1);
  };
  coir::fiber f(body), g(body);
  f.switch_to(0);
  g.switch_to(10);
  EXPECT_EQ(order, (std::vector{0, 10}));
  f.switch_to();
  EXPECT_TRUE(f.is_dead());
  EXPECT_FALSE(g.is_dead());
  g.switch_to();
  EXPECT_TRUE(g.is_dead());
  EXPECT_EQ(order, (std::vector{0, 10, 1, 11}));
}

TEST_F(greenlet_program, starts_a_fiber_from_inside_another) {
  std::vector<char> order;
  coir::fiber outer([&] {
    order.push_back('a');
    coir::fiber inner([&] { order.push_back('b'); });
    inner.switch_to();
    order.push_back('c');
  });
  outer.switch_to();
  EXPECT_EQ(order, (std::vector{'a', 'b', 'c'}));
}

TEST_F(greenlet_program, adds_pairs_as_a_coroutine_does) {
  coir::fiber adder([](int a, int b) {
    for (;;) std::tie(a, b) = coir::fiber::current().parent().switch_to<std::tuple<int, int>>(a + b);
  });
  EXPECT_EQ(adder.switch_to<int>(2, 3), 5);
  EXPECT_EQ(adder.switch_to<int>(4, 5), 9);
}

}  // namespace
