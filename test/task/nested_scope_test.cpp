// Scopes in scopes: who answers for a cancellation.
#include <chrono>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <vector>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using nested_scopes = support::nothing_left;

void sleep_long() { coir::sleep_for(1h); }

TEST_F(nested_scopes, the_inner_one_alone_ends_alone) {
  coir::testing::run([] {
    coir::cancel_scope outer;
    coir::cancel_scope inner;
    EXPECT_TRUE(outer.run([&] {
      EXPECT_FALSE(inner.run([&] {
        inner.cancel();
        sleep_long();
      }));
      coir::yield();
    }));
    EXPECT_FALSE(outer.is_cancelled());
  });
}

TEST_F(nested_scopes, of_two_that_are_cancelled_the_outer_one_answers) {
  coir::testing::run([] {
    for (const bool inner_first : {true, false}) {
      coir::cancel_scope outer;
      coir::cancel_scope inner;
      bool passed_on = true;
      EXPECT_FALSE(outer.run([&] {
        inner.run([&] {
          (inner_first ? inner : outer).cancel("first");
          (inner_first ? outer : inner).cancel("second");
          sleep_long();
        });
        passed_on = false;
      }));
      EXPECT_TRUE(passed_on);
      EXPECT_TRUE(inner.is_cancelled());
    }
  });
}

TEST_F(nested_scopes, the_outer_one_answers_even_when_it_is_cancelled_on_the_way_out) {
  coir::testing::run([] {
    struct slow {
      ~slow() { coir::sleep_for(2s); }
    };
    coir::cancel_scope outer({.deadline = coir::now() + 2s});
    coir::cancel_scope inner({.deadline = coir::now() + 1s});
    bool passed_on = true;
    EXPECT_FALSE(outer.run([&] {
      inner.run([] {
        const slow cleanup;
        sleep_long();
      });
      passed_on = false;
    }));
    EXPECT_TRUE(passed_on);
  });
}

TEST_F(nested_scopes, of_several_the_outermost_cancelled_one_answers_and_what_is_around_goes_on) {
  coir::testing::run([] {
    coir::cancel_scope s[5];
    std::vector<int> left;
    const std::function<void(int)> nest = [&](int i) {
      if (i == 5) {
        for (int k : {3, 1, 4}) s[k].cancel();
        sleep_long();
      }
      if (!s[i].run([&] { nest(i + 1); })) left.push_back(i);
      coir::yield();
    };
    nest(0);
    EXPECT_EQ(left, std::vector<int>{1});
  });
}

TEST_F(nested_scopes, a_shield_keeps_the_outer_one_from_answering_for_the_inner) {
  coir::testing::run([] {
    coir::cancel_scope outer;
    bool after = false;
    EXPECT_FALSE(outer.run([&] {
      outer.cancel();
      coir::shielded([&] {
        coir::cancel_scope inner;
        EXPECT_FALSE(inner.run([&] {
          inner.cancel();
          sleep_long();
        }));
        coir::sleep_for(1s);
        after = true;
      });
      coir::yield();
    }));
    EXPECT_TRUE(after);
  });
}

TEST_F(nested_scopes, a_tasks_own_cancellation_goes_past_all_of_them) {
  coir::testing::run([] {
    coir::cancel_scope outer;
    coir::cancel_scope inner;
    auto t = coir::spawn([&] { outer.run([&] { inner.run(sleep_long); }); });
    coir::yield();
    inner.cancel("inner");
    outer.cancel("outer");
    t.cancel("task");
    t.join();
    EXPECT_THROW(t.get(), coir::cancelled);
  });
}

// Nests `depth` scopes, then calls `at_the_bottom`. How many of them have ended by cancellation, and the number of
// the last that did.
struct depth_of {
  std::size_t count = 0;
  std::size_t last = 0;
};
depth_of nest(std::size_t depth, coir::deadline each, const std::function<void(std::vector<coir::cancel_scope*>&)>& at_the_bottom) {
  depth_of ended;
  std::vector<coir::cancel_scope*> scopes;
  const std::function<void()> deeper = [&] {
    if (scopes.size() == depth) return at_the_bottom(scopes);
    const std::size_t number = scopes.size();
    coir::cancel_scope s({.deadline = each});
    scopes.push_back(&s);
    if (!s.run(deeper)) ended = {ended.count + 1, number};
  };
  coir::spawn({.stack_size = std::size_t{96} << 20}, deeper).get();
  return ended;
}

TEST_F(nested_scopes, ten_thousand_deep_the_outermost_ends_them_all) {
  coir::testing::run([] {
    const depth_of ended = nest(10'000, coir::never, [](auto& scopes) {
      scopes.front()->cancel();
      sleep_long();
    });
    EXPECT_EQ(ended.count, 1U);
    EXPECT_EQ(ended.last, 0U);
  });
}

TEST_F(nested_scopes, ten_thousand_deep_the_innermost_ends_alone) {
  coir::testing::run([] {
    const depth_of ended = nest(10'000, coir::never, [](auto& scopes) {
      scopes.back()->cancel();
      sleep_long();
    });
    EXPECT_EQ(ended.count, 1U);
    EXPECT_EQ(ended.last, 9'999U);
  });
}

TEST_F(nested_scopes, ten_thousand_that_expire_together_are_one_time_out) {
  coir::testing::run([] {
    const auto start = coir::now();
    const depth_of ended = nest(10'000, start + 1s, [](auto&) { sleep_long(); });
    EXPECT_EQ(ended.count, 1U);
    EXPECT_EQ(ended.last, 0U);
    EXPECT_EQ(coir::now(), start + 1s);
  });
}

TEST_F(nested_scopes, a_destructor_that_waits_is_not_interrupted) {
  coir::testing::run([] {
    struct slow {
      bool& waited;
      ~slow() {
        const auto start = coir::now();
        coir::sleep_for(5s);
        coir::yield();
        waited = coir::now() == start + 5s;
      }
    };
    bool waited = false;
    coir::cancel_scope outer({.deadline = coir::now() + 2s});
    EXPECT_FALSE(outer.run([&] {
      coir::move_on_after(1s, [&] {
        const slow cleanup{waited};
        sleep_long();
      });
    }));
    EXPECT_TRUE(waited);
  });
}

TEST_F(nested_scopes, a_scope_that_a_destructor_opens_is_in_effect) {
  coir::testing::run([] {
    struct limited {
      int& outcome;
      ~limited() {
        const auto start = coir::now();
        const bool done = coir::move_on_after(1s, sleep_long);
        outcome = !done && coir::now() == start + 1s ? 1 : -1;
        coir::sleep_for(1s);  // around that scope nothing interrupts again
        if (coir::now() != start + 2s) outcome = -2;
      }
    };
    int outcome = 0;
    const auto start = coir::now();
    EXPECT_FALSE(coir::move_on_after(1s, [&] {
      const limited cleanup{outcome};
      sleep_long();
    }));
    EXPECT_EQ(outcome, 1);
    EXPECT_EQ(coir::now(), start + 3s);

    outcome = 0;
    EXPECT_THROW(coir::cancel_scope().run([&] {
      const limited cleanup{outcome};
      throw std::runtime_error("no cancellation");
    }),
                 std::runtime_error);
    EXPECT_EQ(outcome, 1);
  });
}

}  // namespace
