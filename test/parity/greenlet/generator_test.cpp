// greenlet's test_generator.py and test_generator_nested.py: generators made of explicit fibers, as greenlet's
// tests make them, and coir::generator, which is there for programs.
#include <algorithm>
#include <utility>
#include <vector>

#include "genlet.hpp"
#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_generator = support::nothing_left;
using greenlet_generator_nested = support::nothing_left;
using numbers = std::vector<int>;
using gen = genlet<int>;
using list_gen = genlet<numbers>;

TEST_F(greenlet_generator, test_generator) {
  numbers seen;
  for (int round = 0; round < 3; ++round) {
    gen g([&] {
      for (int i = 0; i < 5; ++i) {
        seen.push_back(i);
        gen::yield(i);
      }
    });
    g.for_each([&](int i) { seen.push_back(i); });
  }
  numbers expected;
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 5; ++i) expected.insert(expected.end(), 2, i);
  EXPECT_EQ(seen, expected);
  seen.clear();
  for (int round = 0; round < 3; ++round) {
    coir::generator<int> g([&](auto& yield) {
      for (int i = 0; i < 5; ++i) {
        seen.push_back(i);
        yield(i);
      }
    });
    for (int i : g) seen.push_back(i);
  }
  EXPECT_EQ(seen, expected);
}

TEST_F(greenlet_generator_nested, test_layered_genlets) {
  numbers seen;
  gen outer([&] {
    gen inner([] {
      for (int i = 1; i < 5; ++i) {
        gen::yield(i);
        gen::yield(i * i, 2);
      }
    });
    inner.for_each([&](int i) { seen.push_back(i); });
  });
  outer.for_each([&](int i) { seen.push_back(i); });
  EXPECT_EQ(seen, (numbers{1, 1, 2, 4, 3, 9, 4, 16}));
  seen.clear();
  coir::generator<int> layered([&](auto& yield_outer) {
    coir::generator<int> inner([&](auto& yield) {
      for (int i = 1; i < 5; ++i) {
        yield(i);
        yield_outer(i * i);
      }
    });
    for (int i : inner) seen.push_back(i);
  });
  for (int i : layered) seen.push_back(i);
  EXPECT_EQ(seen, (numbers{1, 1, 2, 4, 3, 9, 4, 16}));
}

void permute(const numbers& l) {
  if (l.size() <= 1) return list_gen::yield(l);
  for (int first : l) {
    numbers others = l;
    std::erase(others, first);
    list_gen rest([&] { permute(others); });
    rest.for_each([&](numbers p) {
      p.insert(p.begin(), first);
      list_gen::yield(std::move(p));
    });
  }
}

TEST_F(greenlet_generator_nested, test_permutations) {
  const numbers four{0, 1, 2, 3};
  const numbers three{0, 1, 2};
  list_gen all([&] { permute(four); });
  std::vector<numbers> seen;
  all.for_each([&](numbers p) { seen.push_back(std::move(p)); });
  std::vector<numbers> expected;
  numbers p = four;
  do expected.push_back(p);
  while (std::next_permutation(p.begin(), p.end()));
  EXPECT_EQ(seen, expected);
  list_gen left([&] { permute(four); });
  list_gen right([&] { permute(three); });
  std::vector<std::pair<numbers, numbers>> pairs;
  for (;;) {  // side by side, until the shorter one ends; the longer is abandoned
    auto a = left.next();
    auto b = right.next();
    if (!a || !b) break;
    pairs.emplace_back(*a, *b);
  }
  using pair = std::pair<numbers, numbers>;
  EXPECT_EQ(pairs, (std::vector{pair({0, 1, 2, 3}, {0, 1, 2}), pair({0, 1, 3, 2}, {0, 2, 1}),
                                pair({0, 2, 1, 3}, {1, 0, 2}), pair({0, 2, 3, 1}, {1, 2, 0}),
                                pair({0, 3, 1, 2}, {2, 0, 1}), pair({0, 3, 2, 1}, {2, 1, 0})}));
}

TEST_F(greenlet_generator_nested, test_genlet_simple) {
  struct nested {
    static void yield(int i) { gen::yield(i); }
  };
  numbers expected;
  for (int round = 0; round < 3; ++round) expected.insert(expected.end(), {1, 0, 2, 1, 3, 2, 4, 3, 5, 4});
  numbers seen;
  const auto body = [&](auto&& yield) {
    for (int i = 0; i < 5; ++i) {
      seen.push_back(i + 1);
      yield(i);
    }
  };
  for (int round = 0; round < 3; ++round)
    for (int i : coir::generator<int>([&](auto& yield) { body(yield); })) seen.push_back(i);
  EXPECT_EQ(seen, expected);
  for (void (*yield)(int) : {+[](int i) { gen::yield(i); }, &nested::yield}) {
    seen.clear();
    for (int round = 0; round < 3; ++round) {
      gen g([&] { body(yield); });
      g.for_each([&](int i) { seen.push_back(i); });
    }
    EXPECT_EQ(seen, expected);
  }
}

TEST_F(greenlet_generator_nested, test_genlet_bad) {
  EXPECT_EQ(text_of<std::runtime_error>([] { gen::yield(10); }), "yield outside of a genlet");
  fiber([] { EXPECT_THROW(gen::yield(10), std::runtime_error); }).switch_to();
  gen one([] { EXPECT_THROW(gen::yield(10, 2), std::runtime_error) << "there is one level only"; });
  EXPECT_EQ(one.next(), std::nullopt);
}

void count_to(int n) {
  const counted here(n);
  if (n == 0) return;
  gen below([&] { count_to(n - 1); });
  below.for_each([](int i) { gen::yield(i); });
  gen::yield(n);
}

TEST_F(greenlet_generator_nested, test_nested_genlets) {
  numbers seen;
  gen g([] { count_to(5); });
  g.for_each([&](int i) { seen.push_back(i); });
  EXPECT_EQ(seen, (numbers{1, 2, 3, 4, 5}));
  {
    gen abandoned([] { count_to(5); });
    EXPECT_EQ(abandoned.next(), 1);
    EXPECT_EQ(counted::live(), 5) << "five deep; the sixth has ended";
  }
  EXPECT_EQ(counted::live(), 0);
}

}  // namespace
