// Where a body's end goes: to the parent, at the time of death.
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using ending = support::nothing_left;
using support::counted;
using support::to_parent;

TEST_F(ending, hands_the_result_to_the_parent) {
  coir::fiber f([] { return std::string("result"); });
  EXPECT_EQ(f.switch_to<std::string>(), "result");
  EXPECT_TRUE(f.is_dead());
  EXPECT_FALSE(f);
}

TEST_F(ending, raises_the_exception_in_the_parent) {
  coir::fiber f([]() -> int { throw std::runtime_error("failed"); });
  try {
    f.switch_to<int>();
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "failed");
  }
  EXPECT_TRUE(f.is_dead());
}

TEST_F(ending, raises_what_is_no_std_exception_too) {
  coir::fiber f([] { throw 17; });
  try {
    f.switch_to();
    FAIL() << "nothing was thrown";
  } catch (int n) {
    EXPECT_EQ(n, 17);
  }
}

TEST_F(ending, raises_the_same_object) {
  std::exception_ptr original;
  coir::fiber f([&] {
    try {
      throw counted(1);
    } catch (...) {
      original = std::current_exception();
      throw;
    }
  });
  try {
    f.switch_to();
  } catch (const counted&) {
    EXPECT_EQ(std::current_exception(), original);
  }
  original = nullptr;
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(ending, goes_to_the_parent_and_not_to_the_last_resumer) {
  std::vector<std::string> order;
  coir::fiber child([] {
    to_parent();
    return std::string("result");
  });
  child.switch_to();
  coir::fiber resumer([&] {
    child.switch_to();
    order.push_back("resumer went on");
  });
  EXPECT_EQ(resumer.switch_to<std::string>(), "result");
  EXPECT_TRUE(order.empty());
  EXPECT_FALSE(resumer.is_dead());
}

TEST_F(ending, goes_to_the_parent_of_that_time) {
  std::vector<std::string> order;
  coir::fiber child([] {
    to_parent();
    return 5;
  });
  child.switch_to();
  coir::fiber other([&] {
    order.push_back("other got " + std::to_string(child.switch_to<int>()));
  });
  child.set_parent(other);
  other.switch_to();
  EXPECT_EQ(order, std::vector<std::string>{"other got 5"});
  EXPECT_TRUE(child.is_dead());
  EXPECT_TRUE(other.is_dead());
}

TEST_F(ending, by_exception_goes_to_the_parent_of_that_time) {
  std::string caught;
  coir::fiber g1([&] {
    try {
      to_parent();
    } catch (const std::runtime_error& e) {
      caught = e.what();
    }
    return 25;
  });
  coir::fiber g2([] {
    to_parent();
    throw std::runtime_error("failed");
  });
  g1.switch_to();
  g2.switch_to();
  g2.set_parent(g1);
  EXPECT_EQ(g2.switch_to<int>(), 25);
  EXPECT_EQ(caught, "failed");
  EXPECT_TRUE(g1.is_dead());
  g2.switch_to();
  EXPECT_EQ(g2.switch_to<int>(25), 25) << "both are dead, so this reaches the current fiber";
}

TEST_F(ending, in_an_unstarted_parent_starts_it_with_the_result) {
  coir::fiber parent([](int n) { return std::string("started with ") + std::to_string(n); });
  coir::fiber child([] { return 5; });
  child.set_parent(parent);
  EXPECT_EQ(child.switch_to<std::string>(), "started with 5");
  EXPECT_TRUE(parent.is_dead());
}

TEST_F(ending, in_an_unstarted_parent_of_another_type_reaches_the_next_ancestor) {
  bool ran = false;
  coir::fiber parent([&](std::string) { ran = true; });
  coir::fiber child([] { return counted(1); });
  child.set_parent(parent);
  EXPECT_THROW(child.switch_to(), coir::bad_switch);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(child.is_dead());
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(ending, by_exception_passes_an_unstarted_parent_which_never_runs) {
  bool ran = false;
  coir::fiber parent([&, c = counted(1)] { ran = true; });
  coir::fiber child([] { throw std::runtime_error("failed"); });
  child.set_parent(parent);
  EXPECT_THROW(child.switch_to(), std::runtime_error);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(parent.is_dead());
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(ending, passes_dead_parents) {
  coir::fiber middle, inner;
  middle = coir::fiber([&] {
    inner = coir::fiber([] {
      to_parent();
      return 3;
    });
    inner.switch_to();
  });
  middle.switch_to();
  ASSERT_TRUE(middle.is_dead());
  EXPECT_TRUE(inner.parent() == middle);
  EXPECT_EQ(inner.switch_to<int>(), 3);
}

TEST_F(ending, by_exception_passes_dead_parents) {
  coir::fiber middle, inner;
  middle = coir::fiber([&] {
    inner = coir::fiber([] {
      to_parent();
      throw std::runtime_error("failed");
    });
    inner.switch_to();
  });
  middle.switch_to();
  EXPECT_THROW(inner.switch_to(), std::runtime_error);
}

TEST_F(ending, makes_later_switches_reach_the_parent) {
  coir::fiber f([] { return 1; });
  EXPECT_EQ(f.switch_to<int>(), 1);
  f.switch_to();
  EXPECT_EQ(f.switch_to<int>(7), 7);
  EXPECT_EQ((f.switch_to<std::tuple<int, int>>(7, 8)), std::tuple(7, 8));
}

TEST_F(ending, makes_a_later_switch_reach_a_suspended_parent) {
  coir::fiber dead;
  coir::fiber parent([&] {
    dead = coir::fiber([] {});
    dead.switch_to();
    return to_parent<int>() + 1;
  });
  parent.switch_to();
  EXPECT_EQ(dead.switch_to<int>(5), 6);
  EXPECT_TRUE(parent.is_dead());
}

TEST_F(ending, makes_a_later_switch_start_an_unstarted_parent) {
  coir::fiber dead([] {});
  dead.switch_to();
  coir::fiber parent([](int n) { return n + 1; });
  dead.set_parent(parent);
  EXPECT_EQ(dead.switch_to<int>(5), 6);
}

TEST_F(ending, of_a_thousand_failing_children_leaves_nothing) {
  for (int i = 0; i < 1000; ++i) {
    coir::fiber f([c = counted(i)] { throw counted(c); });
    EXPECT_THROW(f.switch_to(), counted);
  }
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(ending, hands_results_up_a_long_chain) {
  struct chain {
    static int depth(int n) {
      if (n == 0) return 0;
      return coir::fiber([n] { return depth(n - 1) + 1; }).switch_to<int>();
    }
  };
  EXPECT_EQ(chain::depth(500), 500);
}

TEST_F(ending, raises_an_error_up_a_long_chain) {
  struct chain {
    static void depth(int n, counted c) {
      if (n == 0) throw std::runtime_error("bottom");
      coir::fiber([n, c] { depth(n - 1, c); }).switch_to();
    }
  };
  EXPECT_THROW(chain::depth(500, counted(1)), std::runtime_error);
  EXPECT_EQ(counted::live(), 0);
}

}  // namespace
