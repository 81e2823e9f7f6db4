// Scopes that are left elsewhere than they were opened, or out of turn.
#include <chrono>
#include <memory>
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
