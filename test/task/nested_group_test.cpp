// Groups in groups.
#include <chrono>
#include <stdexcept>
#include <string>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "reason_of.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using nested_groups = support::nothing_left;
using support::names;
using support::reason_of;
using support::text_of;

void sleep_long() { coir::sleep_for(1h); }

auto fails_after(coir::clock::duration d, std::string text) {
  return [d, text] {
    coir::sleep_for(d);
    throw std::runtime_error(text);
  };
}
auto fails_when_cancelled(std::string text) {
  return [text] {
    reason_of(sleep_long);
    throw std::runtime_error(text);
  };
}

TEST_F(nested_groups, an_inner_error_that_nobody_handles_ends_the_outer_group) {
  coir::testing::run([] {
    int cancelled = 0;
    EXPECT_EQ(text_of<std::runtime_error>([&] {
                coir::in_group([&](coir::group& outer) {
                  outer.spawn([&] { cancelled += reason_of(sleep_long) != "not cancelled"; });
                  outer.spawn([&] {
                    coir::in_group([&](coir::group& inner) {
                      inner.spawn([&] { cancelled += reason_of(sleep_long) != "not cancelled"; });
                      inner.spawn(fails_after(1s, "deep"));
                    });
                  });
                  sleep_long();
                });
              }),
              "deep");
    EXPECT_EQ(cancelled, 2);
  });
}

TEST_F(nested_groups, an_inner_error_that_is_handled_is_none_outside) {
  coir::testing::run([] {
    bool finished = false;
    coir::in_group([&](coir::group& outer) {
      outer.spawn([&] { coir::sleep_for(5s), finished = true; });
      EXPECT_THROW(coir::in_group([](coir::group& inner) { inner.spawn(fails_after(1s, "inner")); }), std::runtime_error);
      coir::sleep_for(1s);
    });
    EXPECT_TRUE(finished);
  });
}

TEST_F(nested_groups, several_errors_of_each_nest) {
  coir::testing::run([] {
    try {
      coir::in_group([](coir::group& outer) {
        outer.spawn([] {
          coir::in_group([](coir::group& inner) {
            inner.spawn(fails_when_cancelled("b"));
            inner.spawn(fails_after(1s, "a"));
          });
        });
        outer.spawn(fails_when_cancelled("c"));
      });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const coir::group_error& both) {
      ASSERT_EQ(both.errors().size(), 2U);
      EXPECT_TRUE(names(both.what(), "a", "b", "c"));
      EXPECT_THROW(std::rethrow_exception(both.errors()[0]), coir::group_error);
      EXPECT_THROW(std::rethrow_exception(both.errors()[1]), std::runtime_error);
    }
  });
}

TEST_F(nested_groups, cancelling_the_outer_one_ends_all_of_a_deep_tree) {
  coir::testing::run([] {
    int ended = 0;
    struct tree {
      static void grow(int depth, int& ended) {
        coir::in_group([&](coir::group& g) {
          for (int i = 0; i < 3 && depth != 0; ++i) g.spawn([depth, &ended] { grow(depth - 1, ended); });
          if (reason_of(sleep_long) == "fell") ++ended;
        });
      }
    };
    coir::in_group([&](coir::group& outer) {
      outer.spawn([&] { tree::grow(4, ended); });
      coir::sleep_for(1s);
      outer.cancel("fell");
    });
    EXPECT_EQ(ended, 1 + 3 + 9 + 27 + 81);
  });
}

TEST_F(nested_groups, cancelling_the_inner_one_leaves_the_outer_alone) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::in_group([&](coir::group& outer) {
      outer.spawn([] { coir::sleep_for(2s); });
      coir::in_group([&](coir::group& inner) {
        inner.spawn(sleep_long);
        outer.spawn([&] { coir::sleep_for(1s), inner.cancel(); });
        sleep_long();
      });
      EXPECT_EQ(coir::now(), start + 1s);
      coir::yield();
    });
    EXPECT_EQ(coir::now(), start + 2s);
  });
}

TEST_F(nested_groups, a_failed_child_of_both_at_once_reports_in_each) {
  coir::testing::run([] {
    try {
      coir::in_group([](coir::group& outer) {
        outer.spawn(fails_after(1s, "outer"));
        coir::in_group([](coir::group& inner) {
          inner.spawn(fails_after(1s, "inner"));
          sleep_long();
        });
      });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const coir::group_error& both) {
      EXPECT_TRUE(names(both.what(), "outer", "inner"));
    }
  });
}

TEST_F(nested_groups, a_thousand_deep_end_by_one_cancel) {
  coir::testing::run([] {
    struct down {
      static void to(int depth) {
        coir::in_group([&](coir::group& g) {
          if (depth == 0) sleep_long();
          g.spawn([depth] { to(depth - 1); });
        });
      }
    };
    const auto start = coir::now();
    EXPECT_FALSE(coir::move_on_after(1s, [] { down::to(1000); }));
    EXPECT_EQ(coir::now(), start + 1s);
  });
}

}  // namespace
