#include <coir/base/detail/intrusive_list.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace {

struct item : coir::detail::list_node {
  explicit item(int n) : number(n) {}
  int number;
};
using list = coir::detail::intrusive_list<item>;

std::vector<int> numbers(list& l) {
  std::vector<int> all;
  l.for_each([&](item& i) { all.push_back(i.number); });
  return all;
}

TEST(intrusive_list, is_empty_at_first) {
  list l;
  EXPECT_TRUE(l.empty());
  EXPECT_EQ(numbers(l), std::vector<int>{});
}

TEST(intrusive_list, gives_first_what_came_first) {
  list l;
  item a(1), b(2), c(3);
  l.push_back(a);
  l.push_back(b);
  l.push_back(c);
  EXPECT_EQ(&l.front(), &a);
  EXPECT_EQ(&l.pop_front(), &a);
  EXPECT_FALSE(a.is_linked());
  EXPECT_EQ(&l.pop_front(), &b);
  EXPECT_EQ(&l.pop_front(), &c);
  EXPECT_TRUE(l.empty());
}

TEST(intrusive_list, lets_an_element_leave_from_anywhere) {
  list l;
  item a(1), b(2), c(3), d(4);
  for (item* i : {&a, &b, &c, &d}) l.push_back(*i);
  b.unlink();
  EXPECT_EQ(numbers(l), (std::vector{1, 3, 4}));
  a.unlink();
  d.unlink();
  EXPECT_EQ(numbers(l), std::vector{3});
  b.unlink();  // of one that has left: nothing
  l.push_back(b);
  EXPECT_EQ(numbers(l), (std::vector{3, 2}));
  c.unlink();
  b.unlink();
  EXPECT_TRUE(l.empty());
}

TEST(intrusive_list, may_lose_the_visited_element_while_visiting) {
  list l;
  item a(1), b(2), c(3);
  for (item* i : {&a, &b, &c}) l.push_back(*i);
  l.for_each([](item& i) {
    if (i.number != 2) i.unlink();
  });
  EXPECT_EQ(numbers(l), std::vector{2});
  b.unlink();
}

}  // namespace
