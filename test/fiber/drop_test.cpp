// Dropping the last handle of a suspended fiber.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "thrown.hpp"

namespace {

using dropping = support::nothing_left;
using support::counted;
using support::names;
using support::to_parent;

TEST_F(dropping, unwinds_once_and_before_it_returns) {
  int exits = 0;
  {
    coir::fiber f([&] {
      try {
        to_parent();
      } catch (const coir::fiber_exit&) {
        ++exits;
        throw;
      }
    });
    f.switch_to();
    coir::fiber copy = f;
    f = coir::fiber();
    EXPECT_EQ(exits, 0) << "not the last handle";
  }
  EXPECT_EQ(exits, 1);
}

TEST_F(dropping, runs_destructors_from_the_innermost_out) {
  std::vector<int> order;
  struct note {
    std::vector<int>& order;
    int number;
    ~note() { order.push_back(number); }
  };
  coir::fiber f([&] {
    const note a{order, 1};
    [&] {
      const note b{order, 2};
      to_parent();
    }();
  });
  f.switch_to();
  f = coir::fiber();
  EXPECT_EQ(order, (std::vector{2, 1}));
}

TEST_F(dropping, destroys_captures_parameters_and_locals) {
  coir::fiber f([c = counted(1)](counted p) {
    const counted local(2);
    to_parent();
    EXPECT_EQ(p.value(), 3);
  });
  f.switch_to(counted(3));
  EXPECT_GE(counted::live(), 3);
  f = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(dropping, returns_to_the_dropper_whoever_the_parent_is) {
  std::vector<std::string> order;
  coir::fiber parent([&] {
    to_parent();
    order.push_back("parent was resumed");
  });
  parent.switch_to();
  coir::fiber child([] { to_parent(); });
  child.switch_to();
  child.set_parent(parent);
  coir::fiber dropper([&] {
    child = coir::fiber();
    order.push_back("dropper");
  });
  dropper.switch_to();
  EXPECT_EQ(order, std::vector<std::string>{"dropper"});
}

TEST_F(dropping, makes_the_dropper_the_parent_meanwhile) {
  const coir::fiber me = coir::fiber::current();
  bool seen = false;
  coir::fiber other([] { to_parent(); });
  other.switch_to();
  coir::fiber f([&] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
      seen = coir::fiber::current().parent() == me;
      throw;
    }
  });
  f.switch_to();
  f.set_parent(other);
  f = coir::fiber();
  EXPECT_TRUE(seen);
}

TEST_F(dropping, discards_a_result) {
  coir::fiber f([] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
    }
    return counted(5);
  });
  f.switch_to();
  f = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(dropping, reports_another_error_once_and_does_not_throw) {
  coir::fiber f({.name = "parser"}, [] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
      throw std::runtime_error("while unwinding");
    }
  });
  f.switch_to();
  EXPECT_NO_THROW(f = coir::fiber());
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "while unwinding");
  EXPECT_TRUE(names(reports[0].origin, "parser"));
}

TEST_F(dropping, reports_nothing_when_the_exit_passes) {
  coir::fiber f([] { to_parent(); });
  f.switch_to();
  f = coir::fiber();
  EXPECT_TRUE(unhandled.take().empty());
}

TEST_F(dropping, an_unstarted_fiber_runs_nothing) {
  bool ran = false;
  { coir::fiber f([&] { ran = true; }); }
  EXPECT_FALSE(ran);
}

TEST_F(dropping, by_assigning_over_the_handle) {
  coir::fiber f([c = counted(1)] { to_parent(); });
  f.switch_to();
  f = coir::fiber([c = counted(2)] { to_parent(); });
  EXPECT_EQ(counted::live(), 1);
  f.switch_to();
  f = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(dropping, lets_the_dying_fiber_look_at_the_handle_that_is_assigned) {
  coir::fiber f;
  bool empty = false;
  f = coir::fiber([&] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
      empty = f == coir::fiber();
      throw;
    }
  });
  f.switch_to();
  f = coir::fiber();
  EXPECT_TRUE(empty);
}

TEST_F(dropping, unwinds_a_suspended_parent_although_it_has_a_child) {
  coir::fiber child;
  coir::fiber([&, c = counted(1)] {
    child = coir::fiber([c2 = counted(2)] { to_parent(); });
    child.switch_to();
    coir::fiber::current().parent().switch_to();
  }).switch_to();
  EXPECT_EQ(counted::live(), 1) << "a parent is no handle";
  EXPECT_TRUE(child.parent().is_dead());
  child.switch_to();  // its end goes to the next ancestor that lives
  EXPECT_TRUE(child.is_dead());
}

TEST_F(dropping, inside_of_a_destructor_of_another_object) {
  struct machine {
    counted part{7};
    bool intact = false;
    coir::fiber f;
    machine() {
      f = coir::fiber([this] {
        struct check {
          machine& m;
          ~check() { m.intact = m.part.value() == 7; }
        } const at_exit{*this};
        to_parent();
      });
      f.switch_to();
    }
    ~machine() {
      f = coir::fiber();
      EXPECT_TRUE(intact);
    }
  };
  { const machine m; }
}

TEST_F(dropping, from_within_a_fiber_that_is_unwound_itself) {
  const auto suspended = [](coir::fiber owned) {
    coir::fiber f([owned, c = counted(1)] { to_parent(); });
    f.switch_to();
    return f;
  };
  coir::fiber outer = suspended(suspended(suspended(coir::fiber())));
  EXPECT_EQ(counted::live(), 3);
  outer = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(dropping, unwinds_a_fiber_whose_stack_holds_its_suspended_children) {
  coir::fiber outer([c1 = counted(1)] {
    coir::fiber inner([c2 = counted(2)] {
      coir::fiber innermost([c3 = counted(3)] { to_parent(); });
      innermost.switch_to();
      to_parent();
    });
    inner.switch_to();
    to_parent();
  });
  outer.switch_to();
  EXPECT_EQ(counted::live(), 3);
  outer = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(dropping, while_the_dropper_handles_an_exception_keeps_it) {
  coir::fiber f([] { to_parent(); });
  f.switch_to();
  try {
    throw std::runtime_error("mine");
  } catch (const std::runtime_error&) {
    f = coir::fiber();
    EXPECT_THROW(throw, std::runtime_error);
  }
}

TEST_F(dropping, while_an_exception_unwinds_the_dropper) {
  bool dead = false;
  try {
    struct at_end {
      bool& dead;
      ~at_end() { dead = true; }
    };
    coir::fiber f([&] {
      const at_end e{dead};
      to_parent();
    });
    f.switch_to();
    throw std::runtime_error("mine");
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "mine");
  }
  EXPECT_TRUE(dead);
}

TEST_F(dropping, a_fiber_may_switch_to_others_while_it_is_unwound) {
  std::vector<std::string> order;
  coir::fiber helper([&] {
    for (;;) {
      order.push_back("helper");
      to_parent();
    }
  });
  coir::fiber f([&] {
    struct asks_helper {
      coir::fiber& helper;
      std::vector<std::string>& order;
      ~asks_helper() {
        helper.set_parent(coir::fiber::current());
        helper.switch_to();
        order.push_back("unwound");
      }
    } const cleanup{helper, order};
    to_parent();
  });
  f.switch_to();
  f = coir::fiber();
  order.push_back("dropped");
  EXPECT_EQ(order, (std::vector<std::string>{"helper", "unwound", "dropped"}));
}

TEST_F(dropping, the_only_handle_of_the_current_fiber_lets_it_go_on_until_it_switches) {
  coir::fiber f;
  std::vector<std::string> order;
  f = coir::fiber([&, c = counted(1)] {
    f = coir::fiber();
    order.push_back("still runs");
    to_parent(42);
    order.push_back("never");
  });
  EXPECT_EQ(f.switch_to<int>(), 42) << "the value still arrives";
  EXPECT_EQ(order, std::vector<std::string>{"still runs"});
  coir::fiber([] {}).switch_to();
  EXPECT_EQ(counted::live(), 0) << "unwound at the thread's next use of fibers at the latest";
}

TEST_F(dropping, the_only_handle_of_the_current_fiber_lets_it_end) {
  coir::fiber f;
  f = coir::fiber([&, c = counted(1)] {
    f = coir::fiber();
    return counted(6);
  });
  EXPECT_EQ(f.switch_to<counted>().value(), 6);
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(dropping, a_temporary_handle_keeps_the_fiber_for_the_switch) {
  EXPECT_EQ(coir::fiber([c = counted(1)] { to_parent(c.value()); }).switch_to<int>(), 1);
  EXPECT_EQ(counted::live(), 0);
}

}  // namespace
