// The life of a generator: dropped, closed, moved.
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"

namespace {

using generator_life = support::nothing_left;
using support::counted;

coir::generator<int> count_to(int last) {
  return [last](auto& y) {
    for (int i = 1; i <= last; ++i) y(i);
  };
}

// -- dropped half way ----------------------------------------------------------

TEST_F(generator_life, dropped_half_way_runs_its_destructors) {
  {
    coir::generator<int> g([a = counted(1)](auto& y) {
      const counted b(2);
      y(b.value());
      ADD_FAILURE() << "never";
    });
    EXPECT_EQ(g.next(), 2);
    EXPECT_EQ(counted::live(), 2);
  }
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(generator_life, dropped_half_way_is_unwound_by_fiber_exit) {
  bool exits = false;
  {
    coir::generator<int> g([&](auto& y) {
      try {
        y(1);
      } catch (const coir::fiber_exit&) {
        exits = true;
        throw;
      }
    });
    g.next();
    EXPECT_FALSE(exits);
  }
  EXPECT_TRUE(exits);
}

TEST_F(generator_life, dropped_unstarted_never_runs) {
  {
    coir::generator<int> g([c = counted(1)](auto&) { FAIL(); });
  }
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(generator_life, left_by_a_break_is_dropped_with_its_loop) {
  for (int i : coir::generator<int>([c = counted(1)](auto& y) {
         for (;;) y(c.value());
       }))
    if (i == 1) break;
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(generator_life, that_throws_while_it_is_dropped_reports_that) {
  {
    coir::generator<int> g({.name = "parser"}, [](auto& y) {
      try {
        y(1);
      } catch (const coir::fiber_exit&) {
        throw std::runtime_error("while unwinding");
      }
    });
    g.next();
  }
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "while unwinding");
}

TEST_F(generator_life, that_yields_in_answer_to_its_drop_meets_the_exit_again) {
  int exits = 0;
  {
    coir::generator<int> g([&, c = counted(1)](auto& y) {
      for (;;) {
        try {
          y(1);
        } catch (const coir::fiber_exit&) {
          if (++exits == 3) throw;
        }
      }
    });
    g.next();
  }
  EXPECT_EQ(exits, 3);
}

TEST_F(generator_life, that_holds_others_drops_them_with_itself) {
  {
    coir::generator<int> outer([](auto& y) {
      coir::generator<int> inner([c = counted(1)](auto& z) { z(c.value()); });
      y(*inner.next());
    });
    EXPECT_EQ(outer.next(), 1);
    EXPECT_EQ(counted::live(), 1);
  }
  EXPECT_EQ(counted::live(), 0);
}

// -- closed --------------------------------------------------------------------

TEST_F(generator_life, closed_runs_its_destructors_at_once) {
  coir::generator<int> g([c = counted(1)](auto& y) { y(1); });
  g.next();
  g.close();
  EXPECT_EQ(counted::live(), 0);
  EXPECT_TRUE(g.is_done());
  EXPECT_FALSE(g.next());
}

TEST_F(generator_life, closed_twice_or_after_its_end_does_nothing) {
  auto g = count_to(1);
  g.next();
  g.close();
  EXPECT_NO_THROW(g.close());
  auto h = count_to(0);
  h.next();
  EXPECT_NO_THROW(h.close());
}

TEST_F(generator_life, closed_unstarted_never_runs) {
  coir::generator<int> g([c = counted(1)](auto&) { FAIL(); });
  g.close();
  EXPECT_EQ(counted::live(), 0);
  EXPECT_TRUE(g.is_done());
  EXPECT_FALSE(g.next());
}

TEST_F(generator_life, closed_by_a_handler_of_one_that_is_dropped) {
  coir::generator<int> inner([c = counted(1)](auto& y) { y(1); });
  inner.next();
  {
    coir::generator<int> outer([&](auto& y) {
      try {
        y(1);
      } catch (const coir::fiber_exit&) {
        inner.close();
        EXPECT_EQ(counted::live(), 0);
        throw;
      }
    });
    outer.next();
  }
  EXPECT_TRUE(inner.is_done());
}

TEST_F(generator_life, that_catches_the_exit_and_returns_is_closed) {
  coir::generator<int> g([](auto& y) {
    try {
      y(1);
    } catch (const coir::fiber_exit&) {
    }
  });
  g.next();
  EXPECT_NO_THROW(g.close());
  EXPECT_TRUE(g.is_done());
}

TEST_F(generator_life, that_throws_while_it_is_closed_throws_at_the_closer) {
  coir::generator<int> g([](auto& y) {
    try {
      y(1);
    } catch (const coir::fiber_exit&) {
      throw std::runtime_error("in cleanup");
    }
  });
  g.next();
  EXPECT_THROW(g.close(), std::runtime_error);
  EXPECT_TRUE(g.is_done());
}

TEST_F(generator_life, that_yields_in_answer_to_close_is_an_error_and_goes_on) {
  coir::generator<int> g([](auto& y) {
    try {
      y(1);
    } catch (const coir::fiber_exit&) {
      y(2);
    }
    y(3);
  });
  g.next();
  EXPECT_THROW(g.close(), std::logic_error);
  EXPECT_FALSE(g.is_done());
  EXPECT_EQ(g.next(), 3) << "the value that it has yielded in answer is lost";
  g.close();
}

// -- moved ---------------------------------------------------------------------

TEST_F(generator_life, goes_on_after_its_handle_was_moved) {
  auto g = count_to(4);
  EXPECT_EQ(g.next(), 1);
  coir::generator<int> h(std::move(g));
  EXPECT_EQ(h.next(), 2);
  g = std::move(h);
  EXPECT_EQ(g.next(), 3);
  std::vector<coir::generator<int>> many;
  many.push_back(std::move(g));
  for (int i = 0; i < 10; ++i) many.push_back(count_to(1));
  EXPECT_EQ(many.front().next(), 4);
  EXPECT_FALSE(many.front().next());
}

TEST_F(generator_life, moved_from_has_ended) {
  auto g = count_to(4);
  const auto h = std::move(g);
  EXPECT_TRUE(g.is_done());
  EXPECT_FALSE(g.next());
  EXPECT_FALSE(h.is_done());
}

TEST_F(generator_life, moved_over_is_dropped) {
  coir::generator<int> g([c = counted(1)](auto& y) { y(1); });
  g.next();
  g = count_to(1);
  EXPECT_EQ(counted::live(), 0);
  EXPECT_EQ(g.next(), 1);
}

TEST_F(generator_life, moved_while_a_loop_is_at_it_keeps_the_iterator) {
  auto g = count_to(3);
  auto it = g.begin();
  const auto h = std::move(g);
  EXPECT_EQ(*it, 1);
  ++it;
  EXPECT_EQ(*it, 2);
  ++it;
  ++it;
  EXPECT_TRUE(it == h.end());
}

TEST_F(generator_life, may_be_moved_by_its_own_body) {
  coir::generator<int> elsewhere;
  coir::generator<int> g([&](auto& y) {
    elsewhere = std::move(g);
    y(1);
    y(2);
  });
  EXPECT_EQ(g.next(), 1);
  EXPECT_FALSE(g.next());
  EXPECT_EQ(elsewhere.next(), 2);
}

TEST_F(generator_life, may_be_dropped_by_its_own_body) {
  std::optional<coir::generator<int>> g;
  g.emplace([&, c = counted(1)](auto& y) {
    g.reset();
    y(c.value());
    ADD_FAILURE() << "never";
  });
  EXPECT_EQ(g->next(), 1) << "it runs on to its next yield";
  coir::fiber([] {}).switch_to();
  EXPECT_EQ(counted::live(), 0) << "unwound at the thread's next use of fibers at the latest";
}

}  // namespace
