// What goes into a generator: values by send(), errors by throw_to(), and what comes out of it besides.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using generator_input = support::nothing_left;
using support::counted;
using support::names;
using support::text_of;

// Yields the sum of what was sent so far.
coir::generator<int, int> sums() {
  return [](auto& y) {
    for (int sum = 0;;) sum += y(sum);
  };
}

TEST_F(generator_input, is_what_the_yield_returns) {
  auto g = sums();
  EXPECT_EQ(g.next(), 0);
  EXPECT_EQ(g.send(3), 3);
  EXPECT_EQ(g.send(4), 7);
}

TEST_F(generator_input, of_next_is_a_fresh_value) {
  auto g = sums();
  g.next();
  g.send(3);
  EXPECT_EQ(g.next(), 3);
  coir::generator<int, std::string> h([](auto& y) { y(static_cast<int>(y(0).size())); });
  h.next();
  EXPECT_EQ(h.next(), 0);
}

TEST_F(generator_input, of_a_loop_is_a_fresh_value) {
  coir::generator<int, int> g([](auto& y) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(y(i), 0);
  });
  int count = 0;
  for (int i : g) EXPECT_EQ(i, count++);
  EXPECT_EQ(count, 3);
}

TEST_F(generator_input, sent_to_an_unstarted_generator_is_refused) {
  coir::generator<int, int> g({.name = "sums"}, [](auto& y) { y(y(0)); });
  EXPECT_TRUE(names(text_of<std::logic_error>([&] { g.send(1); }), "sums", "next()"));
  EXPECT_FALSE(g.is_done());
  g.next();
  EXPECT_EQ(g.send(5), 5);
}

TEST_F(generator_input, sent_after_the_end_goes_nowhere) {
  coir::generator<int, int> g([](auto&) {});
  g.next();
  EXPECT_FALSE(g.send(1));
}

TEST_F(generator_input, sent_last_ends_the_body) {
  int last = 0;
  coir::generator<int, int> g([&](auto& y) { last = y(0); });
  g.next();
  EXPECT_FALSE(g.send(9));
  EXPECT_EQ(last, 9);
}

TEST_F(generator_input, may_be_of_another_type_than_the_output) {
  coir::generator<std::size_t, std::string> g([](auto& y) {
    std::string text = y(0);
    for (;;) text = y(text.size());
  });
  g.next();
  EXPECT_EQ(g.send("four"), 4U);
  EXPECT_EQ(g.send(std::string(100, 'x')), 100U);
}

TEST_F(generator_input, is_moved_once_and_an_lvalue_left_alone) {
  int moves = 0;
  coir::generator<int, counted> g([&](auto& y) {
    for (int last = 0;;) {
      const counted c = y(last);
      last = c.value();
    }
  });
  g.next();
  const int copies = counted::copies();
  moves = counted::moves();
  EXPECT_EQ(g.send(counted(1)), 1);
  EXPECT_EQ(counted::moves() - moves, 1);
  EXPECT_EQ(counted::copies(), copies);
  const counted mine(2);
  EXPECT_EQ(g.send(mine), 2);
  EXPECT_EQ(mine.value(), 2);
  EXPECT_EQ(counted::copies(), copies + 1);
}

TEST_F(generator_input, may_be_move_only) {
  coir::generator<int, std::unique_ptr<int>> g([](auto& y) {
    for (auto p = y(0);;) p = y(*p);
  });
  g.next();
  EXPECT_EQ(g.send(std::make_unique<int>(5)), 5);
}

TEST_F(generator_input, may_be_a_reference) {
  coir::generator<void, std::string&> g([](auto& y) {
    for (;;) y() += "!";
  });
  std::string text = "hey";
  g.next();
  g.send(text);
  g.send(text);
  EXPECT_EQ(text, "hey!!");
}

struct token {
  explicit token(int n) : number(n) {}
  int number;
};

TEST_F(generator_input, without_a_default_is_sent_once_next_has_started) {
  coir::generator<int, token> g([](auto& y) {
    for (int n = 0;;) n = y(n).number;
  });
  EXPECT_EQ(g.next(), 0);
  EXPECT_TRUE(names(text_of<std::logic_error>([&] { g.next(); }), "send()"));
  EXPECT_EQ(g.send(token(7)), 7) << "it waits as before";
}

TEST_F(generator_input, without_a_default_leaves_next_its_end) {
  coir::generator<int, token> g([](auto&) {});
  EXPECT_FALSE(g.next());
  EXPECT_FALSE(g.next());
}

// -- errors --------------------------------------------------------------------

TEST_F(generator_input, an_error_is_raised_in_the_yield) {
  coir::generator<int> g([](auto& y) {
    try {
      y(1);
    } catch (const std::runtime_error& e) {
      EXPECT_STREQ(e.what(), "thrown in");
    }
    y(2);
  });
  g.next();
  EXPECT_EQ(g.throw_to(std::runtime_error("thrown in")), 2) << "the next value comes back";
  EXPECT_FALSE(g.next());
}

TEST_F(generator_input, an_error_that_the_body_survives_may_be_its_last) {
  coir::generator<int> g([](auto& y) {
    try {
      y(1);
    } catch (int) {
    }
  });
  g.next();
  EXPECT_FALSE(g.throw_to(5));
}

TEST_F(generator_input, an_error_that_the_body_lets_pass_comes_back_and_ends_it) {
  coir::generator<int> g([c = counted(1)](auto& y) { y(1); });
  g.next();
  EXPECT_THROW(g.throw_to(std::runtime_error("x")), std::runtime_error);
  EXPECT_TRUE(g.is_done());
  EXPECT_EQ(counted::live(), 0);
  EXPECT_FALSE(g.next());
}

TEST_F(generator_input, an_error_may_be_exchanged_for_another) {
  coir::generator<int> g([](auto& y) {
    try {
      y(1);
    } catch (int) {
      throw std::runtime_error("instead");
    }
  });
  g.next();
  EXPECT_THROW(g.throw_to(5), std::runtime_error);
}

TEST_F(generator_input, an_error_before_the_start_comes_back_and_nothing_runs) {
  coir::generator<int> g([c = counted(1)](auto&) { FAIL(); });
  EXPECT_THROW(g.throw_to(std::runtime_error("x")), std::runtime_error);
  EXPECT_TRUE(g.is_done());
  EXPECT_EQ(counted::live(), 0);
  EXPECT_FALSE(g.next());
}

TEST_F(generator_input, an_error_after_the_end_comes_back) {
  coir::generator<int> g([](auto&) {});
  g.next();
  for (int i = 0; i < 2; ++i) EXPECT_THROW(g.throw_to(std::runtime_error("x")), std::runtime_error);
}

TEST_F(generator_input, an_error_may_be_a_pointer_to_one) {
  auto g = sums();
  g.next();
  EXPECT_THROW(g.throw_to(std::make_exception_ptr(7)), int);
  EXPECT_THROW(sums().throw_to(std::exception_ptr()), std::invalid_argument);
}

TEST_F(generator_input, the_exit_as_an_error_goes_no_further_than_the_body) {
  auto g = sums();
  g.next();
  EXPECT_FALSE(g.throw_to(coir::fiber_exit()));
  EXPECT_TRUE(g.is_done());
  EXPECT_FALSE(g.throw_to(coir::fiber_exit())) << "after the end";
  EXPECT_FALSE(sums().throw_to(coir::fiber_exit())) << "before the start";
}

TEST_F(generator_input, the_exit_as_an_error_may_be_answered_by_a_value) {
  coir::generator<int> g([](auto& y) {
    try {
      y(1);
    } catch (const coir::fiber_exit&) {
      y(2);
    }
  });
  g.next();
  EXPECT_EQ(g.throw_to(coir::fiber_exit()), 2);
}

TEST_F(generator_input, alternates_values_and_errors) {
  coir::generator<int, int> g([](auto& y) {
    for (int n = 0;;) {
      try {
        n = y(n);
      } catch (int error) {
        n = -error;
      }
    }
  });
  g.next();
  for (int i = 1; i < 10; ++i) {
    EXPECT_EQ(g.send(i), i);
    EXPECT_EQ(g.throw_to(i), -i);
  }
}

// -- results -------------------------------------------------------------------

TEST_F(generator_input, has_a_result_at_the_end) {
  coir::generator<int, void, std::string> g([](auto& y) {
    y(1);
    return "done";
  });
  EXPECT_THROW(static_cast<void>(g.result()), std::logic_error) << "not started";
  g.next();
  EXPECT_THROW(static_cast<void>(g.result()), std::logic_error) << "not ended";
  EXPECT_FALSE(g.next());
  EXPECT_EQ(g.result(), "done");
  EXPECT_EQ(g.result(), "done") << "for keeps";
}

TEST_F(generator_input, has_a_result_that_may_be_move_only) {
  coir::generator<int, void, std::unique_ptr<int>> g([](auto&) { return std::make_unique<int>(5); });
  g.next();
  const auto h = std::move(g).result();
  EXPECT_EQ(*h, 5);
}

TEST_F(generator_input, has_no_result_after_an_error_or_an_exit) {
  coir::generator<int, void, int> failed([](auto&) -> int { throw std::runtime_error("x"); });
  EXPECT_THROW(failed.next(), std::runtime_error);
  EXPECT_THROW(static_cast<void>(failed.result()), std::logic_error);
  coir::generator<int, void, int> closed([](auto& y) { return y(1), 2; });
  closed.next();
  closed.close();
  EXPECT_THROW(static_cast<void>(closed.result()), std::logic_error);
}

TEST_F(generator_input, has_a_result_when_it_is_closed_and_returns_one) {
  coir::generator<int, void, int> g([](auto& y) {
    try {
      y(1);
    } catch (const coir::fiber_exit&) {
    }
    return 2;
  });
  g.next();
  g.close();
  EXPECT_EQ(g.result(), 2);
}

TEST_F(generator_input, keeps_its_result_in_the_handle_it_was_moved_to) {
  coir::generator<int, void, counted> g([](auto& y) {
    y(1);
    return counted(3);
  });
  g.next();
  auto h = std::move(g);
  h.next();
  EXPECT_EQ(h.result().value(), 3);
  EXPECT_THROW(static_cast<void>(g.result()), std::logic_error);
}

}  // namespace
