// Raising an error in another fiber.
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using throwing = support::nothing_left;
using support::counted;
using support::to_parent;

TEST_F(throwing, raises_the_error_where_the_fiber_waits) {
  coir::fiber f([] {
    try {
      to_parent();
    } catch (const std::runtime_error& e) {
      return std::string("caught ") + e.what();
    }
    return std::string("went on");
  });
  f.switch_to();
  EXPECT_EQ(f.throw_to<std::string>(std::runtime_error("x")), "caught x");
  EXPECT_TRUE(f.is_dead());
}

TEST_F(throwing, keeps_the_dynamic_type_of_a_pointer_to_an_exception) {
  const auto original = std::make_exception_ptr(std::out_of_range("far"));
  bool same = false;
  coir::fiber f([&] {
    try {
      to_parent();
    } catch (const std::out_of_range&) {
      same = std::current_exception() == original;
    }
  });
  f.switch_to();
  f.throw_to(original);
  EXPECT_TRUE(same);
}

TEST_F(throwing, takes_any_type) {
  coir::fiber f([] {
    for (;;) {
      try {
        to_parent();
      } catch (int n) {
        EXPECT_EQ(n, 3);
      } catch (const counted& c) {
        EXPECT_EQ(c.value(), 4);
      }
    }
  });
  f.switch_to();
  f.throw_to(3);
  counted lvalue(4);
  f.throw_to(lvalue);
  EXPECT_EQ(lvalue.value(), 4);
  EXPECT_TRUE(f);
}

TEST_F(throwing, returns_what_the_fiber_switches_back_with) {
  coir::fiber f([] {
    try {
      to_parent();
    } catch (const std::runtime_error&) {
      to_parent(std::string("handled"));
    }
    return 5;
  });
  f.switch_to();
  EXPECT_EQ(f.throw_to<std::string>(std::runtime_error("x")), "handled");
  EXPECT_EQ(f.switch_to<int>(), 5);
}

TEST_F(throwing, an_uncaught_error_ends_the_fiber_and_comes_back) {
  coir::fiber f([c = counted(1)] { to_parent(); });
  f.switch_to();
  EXPECT_THROW(f.throw_to(std::runtime_error("x")), std::runtime_error);
  EXPECT_TRUE(f.is_dead());
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(throwing, into_an_unstarted_fiber_never_runs_it) {
  bool ran = false;
  coir::fiber f([&, c = counted(1)] { ran = true; });
  EXPECT_THROW(f.throw_to(std::runtime_error("x")), std::runtime_error);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(f.is_dead());
  EXPECT_EQ(counted::live(), 0);
  f.switch_to();
  EXPECT_FALSE(ran);
}

TEST_F(throwing, into_an_unstarted_fiber_goes_to_its_parent) {
  coir::fiber unstarted;
  coir::fiber parent([&] {
    unstarted = coir::fiber([](int) {});
    try {
      to_parent();
    } catch (const std::runtime_error&) {
      return 1;
    }
    return 2;
  });
  parent.switch_to();
  EXPECT_EQ(unstarted.throw_to<int>(std::runtime_error("x")), 1);
  EXPECT_TRUE(parent.is_dead());
}

TEST_F(throwing, into_a_chain_of_unstarted_fibers_reaches_the_first_that_lives) {
  coir::fiber a([] { FAIL(); });
  coir::fiber b([] { FAIL(); });
  b.set_parent(a);
  coir::fiber c([] { FAIL(); });
  c.set_parent(b);
  EXPECT_THROW(c.throw_to(std::runtime_error("x")), std::runtime_error);
  EXPECT_TRUE(a.is_dead());
  EXPECT_TRUE(b.is_dead());
  EXPECT_TRUE(c.is_dead());
}

TEST_F(throwing, into_a_dead_fiber_raises_in_the_living_ancestor) {
  coir::fiber dead;
  coir::fiber parent([&] {
    dead = coir::fiber([] {});
    dead.switch_to();
    try {
      to_parent();
    } catch (const std::runtime_error&) {
      return 1;
    }
    return 2;
  });
  parent.switch_to();
  EXPECT_EQ(dead.throw_to<int>(std::runtime_error("x")), 1);
  EXPECT_THROW(dead.throw_to(std::runtime_error("x")), std::runtime_error) << "now it is the current fiber";
}

TEST_F(throwing, into_the_current_fiber_raises_at_once) {
  EXPECT_THROW(coir::fiber::current().throw_to(std::runtime_error("x")), std::runtime_error);
  coir::fiber f([] {
    EXPECT_THROW(coir::fiber::current().throw_to(std::runtime_error("x")), std::runtime_error);
    return 1;
  });
  EXPECT_EQ(f.switch_to<int>(), 1);
}

TEST_F(throwing, nothing_ends_the_fiber_without_being_an_error) {
  bool unwound = false;
  coir::fiber f([&] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
      unwound = true;
      throw;
    }
  });
  f.switch_to();
  f.throw_to();
  EXPECT_TRUE(unwound);
  EXPECT_TRUE(f.is_dead());
}

TEST_F(throwing, nothing_twice_is_harmless) {
  coir::fiber f([] { to_parent(); });
  f.switch_to();
  f.throw_to();
  f.throw_to();
  EXPECT_TRUE(f.is_dead());
}

TEST_F(throwing, the_exit_as_an_object_falls_through_the_dead_as_well) {
  coir::fiber f([] {});
  f.switch_to();
  EXPECT_NO_THROW(f.throw_to(coir::fiber_exit()));
  EXPECT_NO_THROW(f.throw_to(std::make_exception_ptr(coir::fiber_exit())));
}

TEST_F(throwing, the_exit_as_an_object_into_an_unstarted_fiber_is_no_error) {
  coir::fiber f([] { FAIL(); });
  EXPECT_NO_THROW(f.throw_to(coir::fiber_exit()));
  EXPECT_TRUE(f.is_dead());
}

TEST_F(throwing, nothing_into_an_unstarted_fiber_ends_it) {
  coir::fiber f([c = counted(1)] { FAIL(); });
  f.throw_to();
  EXPECT_TRUE(f.is_dead());
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(throwing, the_exit_as_an_object_is_the_same) {
  coir::fiber f([] { to_parent(); });
  f.switch_to();
  f.throw_to(coir::fiber_exit());
  EXPECT_TRUE(f.is_dead());
  coir::fiber g([] { to_parent(); });
  g.switch_to();
  g.throw_to(std::make_exception_ptr(coir::fiber_exit()));
  EXPECT_TRUE(g.is_dead());
}

struct polite_exit : coir::fiber_exit {};

TEST_F(throwing, a_kind_of_exit_ends_a_fiber_without_being_an_error) {
  coir::fiber f([] { to_parent(); });
  f.switch_to();
  f.throw_to(polite_exit());
  EXPECT_TRUE(f.is_dead());
}

TEST_F(throwing, the_exit_out_of_a_body_by_its_own_will_is_an_end_without_a_value) {
  coir::fiber f([] { throw coir::fiber_exit(); });
  f.switch_to();
  EXPECT_TRUE(f.is_dead());
  coir::fiber g([]() -> int { throw coir::fiber_exit(); });
  EXPECT_THROW(g.switch_to<int>(), coir::bad_switch) << "an int was waited for";
  EXPECT_TRUE(g.is_dead());
}

TEST_F(throwing, an_exit_that_is_caught_lets_the_fiber_go_on) {
  coir::fiber f([] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
    }
    return 7;
  });
  f.switch_to();
  EXPECT_EQ(f.throw_to<int>(), 7);
}

TEST_F(throwing, the_exit_passes_handlers_of_exceptions) {
  static_assert(!std::is_base_of_v<std::exception, coir::fiber_exit>);
  bool swallowed = false;
  coir::fiber f([&] {
    try {
      to_parent();
    } catch (const std::exception&) {
      swallowed = true;
    }
  });
  f.switch_to();
  f.throw_to();
  EXPECT_FALSE(swallowed);
  EXPECT_TRUE(f.is_dead());
}

TEST_F(throwing, a_null_pointer_is_refused) {
  bool resumed = false;
  coir::fiber f([&] {
    to_parent();
    resumed = true;
  });
  f.switch_to();
  EXPECT_THROW(f.throw_to(std::exception_ptr()), std::invalid_argument);
  EXPECT_FALSE(resumed);
  EXPECT_TRUE(f);
}

TEST_F(throwing, raises_in_the_sender_what_another_fiber_throws_at_it_meanwhile) {
  const coir::fiber me = coir::fiber::current();
  coir::fiber f([&] { me.throw_to(std::runtime_error("at you")); });
  EXPECT_THROW(f.switch_to<int>(), std::runtime_error);
  EXPECT_TRUE(f) << "it waits in its throw_to";
}

TEST_F(throwing, back_and_forth_keeps_every_error_apart) {
  std::vector<int> seen;
  coir::fiber a, b;
  a = coir::fiber([&] {
    for (int i = 0; i < 10; ++i) {
      try {
        b.throw_to(2 * i);
      } catch (int n) {
        seen.push_back(n);
      }
    }
  });
  b = coir::fiber([&] {
    try {
      to_parent();
    } catch (int n) {
      seen.push_back(n);
    }
    for (;;) {
      try {
        a.throw_to(seen.back() + 1);
      } catch (int n) {
        seen.push_back(n);
      }
    }
  });
  b.switch_to();
  a.switch_to();
  ASSERT_EQ(seen.size(), 20U);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST_F(throwing, while_a_value_of_any_type_is_waited_for) {
  coir::fiber f([] {
    try {
      to_parent<std::unique_ptr<int>>();
    } catch (const std::runtime_error&) {
      return 1;
    }
    return 2;
  });
  f.switch_to();
  EXPECT_EQ(f.throw_to<int>(std::runtime_error("x")), 1);
}

}  // namespace
