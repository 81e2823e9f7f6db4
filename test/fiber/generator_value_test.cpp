// How values come out of a generator: where they lie, who moves and who copies them, what a range sees.
#include <concepts>
#include <iterator>
#include <memory>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"

namespace {

using generator_value = support::nothing_left;
using support::counted;

static_assert(std::movable<coir::generator<int>>);
static_assert(!std::copy_constructible<coir::generator<int>>);
static_assert(std::input_iterator<coir::generator<int>::iterator>);
static_assert(std::input_iterator<coir::generator<std::unique_ptr<int>>::iterator>);
static_assert(std::input_iterator<coir::generator<const std::string&>::iterator>);
static_assert(std::sentinel_for<std::default_sentinel_t, coir::generator<int>::iterator>);
static_assert(std::same_as<coir::generator<int>::step_type, std::optional<int>>);
static_assert(std::same_as<coir::generator<void>::step_type, bool>);
static_assert(!std::copy_constructible<coir::yielder<int>>);
static_assert(!std::convertible_to<int, coir::generator<int>>, "an int is no body");

TEST_F(generator_value, is_moved_once_by_next_and_never_copied) {
  coir::generator<counted> g([](auto& y) { y(counted(1)); });
  const int copies = counted::copies();
  const int moves = counted::moves();
  EXPECT_EQ(g.next()->value(), 1);
  EXPECT_EQ(counted::moves() - moves, 1);
  EXPECT_EQ(counted::copies(), copies);
}

TEST_F(generator_value, stays_where_it_is_in_a_loop_that_looks_only) {
  coir::generator<counted> g([](auto& y) { y(counted(1)); });
  const int copies = counted::copies();
  const int moves = counted::moves();
  for (const counted& c : g) EXPECT_EQ(c.value(), 1);
  EXPECT_EQ(counted::moves(), moves);
  EXPECT_EQ(counted::copies(), copies);
}

TEST_F(generator_value, belongs_to_a_loop_that_takes_it) {
  coir::generator<counted> g([](auto& y) { y(counted(1)); });
  const int copies = counted::copies();
  for (counted c : g) EXPECT_EQ(c.value(), 1);
  EXPECT_EQ(counted::copies(), copies);
}

TEST_F(generator_value, given_as_an_lvalue_is_left_alone) {
  coir::generator<std::string> g([](auto& y) {
    std::string text = "kept in the body, and long enough for the heap";
    for (int i = 0; i < 2; ++i) {
      y(text);
      EXPECT_EQ(text, "kept in the body, and long enough for the heap");
    }
  });
  EXPECT_EQ(g.next(), "kept in the body, and long enough for the heap");
  for (std::string text : g) EXPECT_EQ(text, "kept in the body, and long enough for the heap");
}

TEST_F(generator_value, may_be_move_only) {
  coir::generator<std::unique_ptr<int>> g([](auto& y) {
    for (int i = 0;; ++i) y(std::make_unique<int>(i));
  });
  const auto p = *g.next();
  EXPECT_EQ(*p, 0);
  for (std::unique_ptr<int> q : g) {
    EXPECT_EQ(*q, 1);
    break;
  }
  for (auto&& q : g) {
    EXPECT_EQ(*q, 2);
    break;
  }
}

struct plain {
  explicit plain(int n) : number(n) {}
  int number;
};

TEST_F(generator_value, needs_no_default) {
  coir::generator<plain> g([](auto& y) { y(plain(4)); });
  EXPECT_EQ(g.next()->number, 4);
  EXPECT_FALSE(g.next());
}

struct pinned {
  explicit pinned(int n) : number(n) {}
  pinned(const pinned&) = delete;
  int number;
};

TEST_F(generator_value, that_cannot_move_is_looked_at_in_a_loop) {
  coir::generator<pinned> g([](auto& y) { y(pinned(4)); });
  int seen = 0;
  for (const pinned& p : g) seen = p.number;
  EXPECT_EQ(seen, 4);
}

TEST_F(generator_value, converts_as_an_argument_does) {
  coir::generator<std::string> g([](auto& y) {
    y("literal");
    y({"abcdef", 3});
    y({});
  });
  EXPECT_EQ(g.next(), "literal");
  EXPECT_EQ(g.next(), "abc");
  EXPECT_EQ(g.next(), "");
}

TEST_F(generator_value, may_be_a_reference_that_the_stepper_writes_through) {
  std::vector<int> cells{1, 2, 3};
  coir::generator<int&> g([&](auto& y) {
    for (int& c : cells) y(c);
  });
  *g.next() = 10;
  for (int& c : g) c *= 10;
  EXPECT_EQ(cells, (std::vector{10, 20, 30}));
  EXPECT_FALSE(g.next());
}

TEST_F(generator_value, may_be_a_reference_which_is_never_copied) {
  const counted original(6);
  const counted* seen = nullptr;
  coir::generator<const counted&> g([&](auto& y) {
    y(original);
    y(counted(7));  // a temporary lives as long as the yield
  });
  const int copies = counted::copies();
  if (const auto c = g.next()) seen = &*c;
  EXPECT_EQ(seen, &original);
  const auto temporary = g.next();
  ASSERT_TRUE(temporary.has_value());
  EXPECT_EQ(temporary->value(), 7);
  EXPECT_EQ(&temporary.value(), &*temporary);
  EXPECT_EQ(counted::copies(), copies);
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_THROW(static_cast<void>(g.next().value()), std::bad_optional_access);
}

TEST_F(generator_value, lives_until_the_next_step) {
  coir::generator<counted> g([](auto& y) {
    y(counted(1));
    y(counted(2));
  });
  auto it = g.begin();
  EXPECT_EQ(it->value(), 1);
  EXPECT_EQ(counted::live(), 1);
  ++it;
  EXPECT_EQ(it->value(), 2);
  EXPECT_EQ(counted::live(), 1);
  it++;
  EXPECT_TRUE(it == g.end());
  EXPECT_EQ(counted::live(), 0);
}

struct unmovable_when_three {
  explicit unmovable_when_three(int n) : number(n) {}
  unmovable_when_three(unmovable_when_three&& other) : number(other.number) {
    if (number == 3) throw std::runtime_error("three");
  }
  int number;
};

TEST_F(generator_value, whose_move_throws_is_lost_and_the_generator_goes_on) {
  coir::generator<unmovable_when_three> g([](auto& y) {
    for (int i = 2;; ++i) y(unmovable_when_three(i));
  });
  EXPECT_EQ(g.next()->number, 2);
  EXPECT_THROW(g.next(), std::runtime_error);
  EXPECT_EQ(g.next()->number, 4);
}

// Clang before 16 cannot compile libstdc++'s views.
#if !defined(__clang__) || __clang_major__ >= 16

coir::generator<int> naturals() {
  return [](auto& y) {
    for (int i = 0;; ++i) y(i);
  };
}

static_assert(std::ranges::input_range<coir::generator<int>>);
static_assert(std::ranges::viewable_range<coir::generator<int>>);
static_assert(!std::ranges::input_range<coir::generator<void>>);

TEST_F(generator_value, comes_through_views) {
  const auto even = [](int i) { return i % 2 == 0; };
  const auto square = [](int i) { return i * i; };
  std::vector<int> seen;
  for (int i : naturals() | std::views::filter(even) | std::views::transform(square) | std::views::take(4))
    seen.push_back(i);
  EXPECT_EQ(seen, (std::vector{0, 4, 16, 36}));
}

TEST_F(generator_value, comes_through_a_view_of_a_generator_that_stays) {
  auto g = naturals();
  std::vector<int> seen;
  for (int i : g | std::views::take(3)) seen.push_back(i);
  EXPECT_EQ(seen, (std::vector{0, 1, 2}));
  EXPECT_GT(*g.next(), 2);
}

TEST_F(generator_value, is_found_by_algorithms) {
  auto g = naturals();
  EXPECT_EQ(*std::ranges::find(g, 5), 5);
}

TEST_F(generator_value, may_be_moved_through_a_view) {
  coir::generator<std::unique_ptr<int>> g([](auto& y) {
    for (int i = 0; i < 3; ++i) y(std::make_unique<int>(i));
  });
  int sum = 0;
  for (int i : g | std::views::transform([](std::unique_ptr<int> p) { return *p; })) sum += i;
  EXPECT_EQ(sum, 3);
}

#endif

}  // namespace
