// Scopes in scopes: who answers for a cancellation, and what may not cross.
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "reason_of.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using nested_scopes = support::nothing_left;
using misnested_scopes = support::nothing_left;
using support::counted;
using support::names;
using support::reason_of;
using support::text_of;

void sleep_long() { coir::sleep_for(1h); }

// Everything that scopes do still works: on the current task, and on another.
void expect_in_order() {
  const auto start = coir::now();
  EXPECT_TRUE(coir::move_on_after(2s, [] { coir::sleep_for(1s); }));
  EXPECT_FALSE(coir::move_on_after(1s, sleep_long));
  EXPECT_THROW(coir::with_timeout(1s, [] { coir::with_timeout(1min, sleep_long); }), coir::timed_out);
  EXPECT_EQ(coir::now(), start + 3s);
  auto t = coir::spawn([] { coir::move_on_after(2h, sleep_long); });
  coir::yield();
  t.cancel("in order");
  EXPECT_EQ(reason_of([&] { t.get(); }), "in order");
}

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

// Opens a scope, yields from inside of it, leaves it, and yields again.
template <class Open>
coir::generator<int> yields_in(Open open) {
  return [open](auto& y) {
    open([&] { y(1); });
    y(2);
  };
}
const auto in_a_scope = [](auto fn) { coir::cancel_scope().run(fn); };
const auto in_a_shield = [](auto fn) { coir::shielded(fn); };
const auto in_a_timeout = [](auto fn) { coir::with_timeout(1h, fn); };

template <class Open>
void leave_in_another_task(Open open) {
  coir::testing::run([&] {
    auto g = yields_in(open);
    auto opener = coir::spawn([&] {
      EXPECT_EQ(g.next(), 1);
      coir::sleep_for(10s);
      expect_in_order();
    });
    coir::yield();
    auto leaver = coir::spawn([&] {
      EXPECT_TRUE(names(text_of<std::logic_error>([&] { (void)g.next(); }), "scope"));
      expect_in_order();
    });
    leaver.get();
    opener.get();
    expect_in_order();
  });
}

TEST_F(misnested_scopes, a_scope_that_is_left_in_another_task_is_an_error_that_says_so) {
  leave_in_another_task(in_a_scope);
  leave_in_another_task(in_a_timeout);
  leave_in_another_task(in_a_shield);
}

TEST_F(misnested_scopes, a_scope_whose_opener_has_ended_is_an_error_that_says_so) {
  coir::testing::run([] {
    auto g = yields_in(in_a_scope);
    coir::spawn([&] { EXPECT_EQ(g.next(), 1); }).join();
    EXPECT_TRUE(names(text_of<std::logic_error>([&] { (void)g.next(); }), "scope"));
    expect_in_order();
  });
}

TEST_F(misnested_scopes, a_scope_that_is_left_before_one_inside_is_an_error_that_says_so) {
  coir::testing::run([] {
    auto g = yields_in(in_a_scope);
    EXPECT_TRUE(names(text_of<std::logic_error>([&] { coir::cancel_scope().run([&] { (void)g.next(); }); }), "scope"));
    expect_in_order();
    try {
      (void)g.next();
    } catch (const std::logic_error&) {
    }
    expect_in_order();
  });
}

TEST_F(misnested_scopes, a_scope_in_a_generator_that_is_left_while_its_stepper_is_in_another) {
  coir::testing::run([] {
    auto g = yields_in(in_a_scope);
    EXPECT_EQ(g.next(), 1);
    try {
      coir::cancel_scope().run(
          [&] { EXPECT_TRUE(names(text_of<std::logic_error>([&] { (void)g.next(); }), "scope")); });
    } catch (const std::logic_error&) {
      // It may be found here as well that the two are out of turn.
    }
    expect_in_order();
  });
}

TEST_F(misnested_scopes, the_result_of_the_call_is_destroyed) {
  coir::testing::run([] {
    auto g = yields_in(in_a_scope);
    EXPECT_THROW(coir::cancel_scope().run([&] {
      (void)g.next();
      return counted(1);
    }),
                 std::logic_error);
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(misnested_scopes, an_error_on_its_way_is_not_replaced) {
  coir::testing::run([] {
    auto g = yields_in(in_a_scope);
    EXPECT_EQ(text_of<std::runtime_error>([&] {
      coir::cancel_scope().run([&] {
        (void)g.next();
        throw std::runtime_error("mine");
      });
    }),
              "mine");
    expect_in_order();
  });
}

TEST_F(misnested_scopes, a_generator_that_is_dropped_in_a_scope_leaves_everything_in_order) {
  coir::testing::run([] {
    { auto g = yields_in(in_a_scope); EXPECT_EQ(g.next(), 1); }
    expect_in_order();
    auto elsewhere = std::make_unique<coir::generator<int>>(yields_in(in_a_timeout));
    EXPECT_EQ(elsewhere->next(), 1);
    coir::spawn([&] { elsewhere.reset(); }).get();
    expect_in_order();
    coir::generator<int> later = yields_in(in_a_scope);
    coir::spawn([&] { EXPECT_EQ(later.next(), 1); }).get();
    later = coir::generator<int>([](auto&) {});
    expect_in_order();
  });
}

TEST_F(misnested_scopes, what_an_abandoned_one_was_cancelled_for_ends_with_it) {
  coir::testing::run([] {
    coir::cancel_scope s;
    auto g = yields_in([&](auto fn) { s.run(fn); });
    EXPECT_EQ(g.next(), 1);
    coir::cancel_scope().run([&] {
      s.cancel("abandoned");
      EXPECT_EQ(reason_of([] { coir::yield(); }), "abandoned");
      EXPECT_THROW((void)g.next(), std::logic_error);
      EXPECT_EQ(reason_of([] { coir::yield(); }), "not cancelled");
    });
    expect_in_order();
  });
}

TEST_F(misnested_scopes, a_shield_that_is_gone_shields_no_more) {
  coir::testing::run([] {
    auto g = yields_in(in_a_shield);
    coir::cancel_scope outer;
    EXPECT_FALSE(outer.run([&] {
      EXPECT_EQ(g.next(), 1);
      coir::cancel_scope().run([&] {
        outer.cancel("outer");
        EXPECT_EQ(reason_of([] { coir::yield(); }), "not cancelled") << "behind the shield";
        EXPECT_THROW((void)g.next(), std::logic_error);
        coir::yield();
        ADD_FAILURE() << "the shield is gone";
      });
    }));
    expect_in_order();
  });
}

TEST_F(misnested_scopes, a_deadline_in_an_abandoned_scope_does_no_harm) {
  coir::testing::run([] {
    auto g = yields_in([](auto fn) { coir::with_timeout(1s, fn); });
    coir::spawn([&] { EXPECT_EQ(g.next(), 1); }).get();
    coir::sleep_for(2s);
    EXPECT_THROW((void)g.next(), std::logic_error);
    expect_in_order();
  });
}

}  // namespace
