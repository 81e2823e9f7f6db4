// A stretch that is cancelled by itself.
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
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
using cancel_scope = support::nothing_left;
using support::counted;
using support::names;
using support::reason_of;
using support::text_of;

void sleep_long() { coir::sleep_for(1h); }

TEST_F(cancel_scope, returns_what_the_call_returns) {
  coir::testing::run([] {
    int there = 0;
    EXPECT_EQ(coir::cancel_scope().run([] { return 5; }), 5);
    EXPECT_TRUE(coir::cancel_scope().run([] { coir::yield(); }));
    EXPECT_EQ(*coir::cancel_scope().run([p = std::make_unique<int>(6)]() mutable { return std::move(p); }).value(), 6);
    auto place = coir::cancel_scope().run([&]() -> int& { return there; });
    ASSERT_TRUE(place.has_value());
    EXPECT_EQ(&*place, &there);
  });
}

TEST_F(cancel_scope, returns_nothing_when_it_was_cancelled) {
  coir::testing::run([] {
    int there = 0;
    const auto cancelled_run = [](auto fn) {
      coir::cancel_scope s;
      return s.run([&]() -> decltype(fn()) {
        s.cancel();
        sleep_long();
        return fn();
      });
    };
    EXPECT_FALSE(cancelled_run([] {}));
    EXPECT_FALSE(cancelled_run([] { return counted(1); }));
    EXPECT_FALSE(cancelled_run([] { return std::make_unique<int>(1); }));
    EXPECT_FALSE(cancelled_run([&]() -> int& { return there; }));
  });
}

TEST_F(cancel_scope, throws_at_every_blocking_call_until_it_is_left) {
  coir::testing::run([] {
    const auto start = coir::now();
    auto other = coir::spawn(sleep_long);
    auto gathered = coir::spawn(sleep_long);
    coir::cancel_scope s;
    std::vector<std::string> reasons;
    EXPECT_TRUE(s.run([&] {
      s.cancel("enough");
      const std::vector<std::function<void()>> calls = {
          [] { coir::sleep_for(1h); },         [] { coir::sleep_for(0s); },
          [] { coir::yield(); },               [] { coir::sleep_until(coir::now() - 1s); },
          [&] { other.join(); },               [&] { (void)other.join_for(1s); },
          [] { coir::check_cancelled(); },     [&] { coir::gather(gathered); },
          [&] { coir::wait(std::vector{other}); },
      };
      for (const auto& call : calls) reasons.push_back(reason_of(call));
    })) << "it ended well";
    EXPECT_EQ(reasons, std::vector<std::string>(9, "enough"));
    EXPECT_EQ(coir::now(), start);
    coir::sleep_for(1s);
    EXPECT_EQ(coir::now(), start + 1s) << "what comes after waits again";
  });
}

TEST_F(cancel_scope, ends_the_wait_that_it_is_in) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::cancel_scope s;
    auto t = coir::spawn([&] { return s.run(sleep_long); });
    coir::sleep_for(1s);
    EXPECT_TRUE(s.cancel());
    EXPECT_FALSE(t.get());
    EXPECT_EQ(coir::now(), start + 1s);
  });
}

TEST_F(cancel_scope, keeps_the_first_reason_and_who_gave_it) {
  coir::testing::run([] {
    coir::cancel_scope s;
    std::string reason;
    std::string by;
    auto t = coir::spawn([&] {
      return s.run([&] {
        try {
          sleep_long();
        } catch (const coir::cancelled& c) {
          reason = c.reason();
          by = c.by();
          throw;
        }
      });
    });
    coir::yield();
    coir::spawn({.name = "boss"}, [&] {
      EXPECT_TRUE(s.cancel("first"));
      EXPECT_FALSE(s.cancel("second"));
    }).join();
    EXPECT_FALSE(t.get());
    EXPECT_FALSE(s.cancel("third"));
    EXPECT_EQ(reason, "first");
    EXPECT_TRUE(names(by, "boss"));
  });
}

TEST_F(cancel_scope, cancelled_before_it_runs_takes_effect_at_the_first_blocking_call) {
  coir::testing::run([] {
    coir::cancel_scope s;
    EXPECT_FALSE(s.is_cancelled());
    EXPECT_TRUE(s.cancel("early"));
    EXPECT_TRUE(s.is_cancelled());
    std::string reason;
    EXPECT_FALSE(s.run([&] {
      reason = reason_of([] { coir::yield(); });
      sleep_long();
    }));
    EXPECT_EQ(reason, "early");

    coir::cancel_scope quick;
    quick.cancel();
    EXPECT_EQ(quick.run([] { return 1; }), 1) << "nothing blocked";
    coir::cancel_scope().cancel();  // and never runs
  });
}

TEST_F(cancel_scope, returns_a_result_that_came_all_the_same) {
  coir::testing::run([] {
    coir::cancel_scope s;
    EXPECT_EQ(s.run([&] {
      s.cancel();
      reason_of(sleep_long);
      return 3;
    }),
              3);
    EXPECT_TRUE(s.is_cancelled());
  });
}

TEST_F(cancel_scope, lets_errors_pass_cancelled_or_not) {
  coir::testing::run([] {
    EXPECT_THROW(coir::cancel_scope().run([] { throw 7; }), int);
    coir::cancel_scope s;
    EXPECT_EQ(text_of<std::runtime_error>([&] {
      s.run([&] {
        s.cancel();
        reason_of(sleep_long);
        throw std::runtime_error("from the cleanup");
      });
    }),
              "from the cleanup");
    coir::yield();
  });
}

TEST_F(cancel_scope, swallowed_by_catch_all_is_met_again) {
  coir::testing::run([] {
    coir::cancel_scope s;
    int swallowed = 0;
    EXPECT_FALSE(s.run([&] {
      s.cancel();
      for (int i = 0; i < 3; ++i) try {
          sleep_long();
        } catch (...) {
          ++swallowed;
        }
      sleep_long();
    }));
    EXPECT_EQ(swallowed, 3);
  });
}

TEST_F(cancel_scope, catches_no_cancellation_that_is_not_its_own) {
  coir::testing::run([] {
    auto other = coir::spawn(sleep_long);
    coir::yield();
    other.cancel("theirs");
    EXPECT_EQ(reason_of([&] { coir::cancel_scope().run([&] { other.get(); }); }), "theirs");

    coir::cancel_scope inner;
    auto t = coir::spawn([&] { inner.run(sleep_long); });
    coir::yield();
    t.cancel("the task");
    EXPECT_EQ(reason_of([&] { t.get(); }), "the task");
    EXPECT_FALSE(inner.is_cancelled());
  });
}

TEST_F(cancel_scope, runs_once) {
  coir::testing::run([] {
    coir::cancel_scope s;
    s.run([&] { EXPECT_THROW(s.run([] { ADD_FAILURE(); }), std::logic_error) << "inside of itself"; });
    EXPECT_THROW(s.run([] { ADD_FAILURE(); }), std::logic_error);
    coir::cancel_scope failed;
    EXPECT_THROW(failed.run([] { throw 1; }), int);
    EXPECT_THROW(failed.run([] { ADD_FAILURE(); }), std::logic_error);
    coir::yield();
  });
}

TEST_F(cancel_scope, outside_of_run_is_an_error_that_says_so) {
  EXPECT_TRUE(names(text_of<std::logic_error>([] { coir::cancel_scope().run([] { ADD_FAILURE(); }); }), "cancel_scope"));
  EXPECT_TRUE(names(text_of<std::logic_error>([] {
                      coir::cancel_scope({.deadline = coir::now() + 1s}).run([] { ADD_FAILURE(); });
                    }),
                    "cancel_scope"));
}

TEST_F(cancel_scope, is_not_cancelled_from_another_thread) {
  coir::testing::run([] {
    coir::cancel_scope s;
    EXPECT_TRUE(s.run([&] {
      std::thread([&] { EXPECT_THROW(s.cancel(), std::logic_error); }).join();
      coir::yield();
    }));
    EXPECT_FALSE(s.is_cancelled());
  });
}

TEST_F(cancel_scope, reaches_the_explicit_fiber_that_waits_in_it) {
  coir::testing::run([] {
    coir::cancel_scope s;
    std::string inner;
    auto t = coir::spawn([&] {
      return s.run([&] {
        coir::fiber f([&] { inner = reason_of(sleep_long); });
        f.switch_to();
        sleep_long();
      });
    });
    coir::yield();
    s.cancel("both");
    EXPECT_FALSE(t.get());
    EXPECT_EQ(inner, "both");
  });
}

TEST_F(cancel_scope, does_not_reach_tasks_that_are_only_spawned_inside) {
  coir::testing::run([] {
    coir::task<int> child;
    coir::cancel_scope s;
    EXPECT_FALSE(s.run([&] {
      child = coir::spawn([] {
        coir::sleep_for(1s);
        return 4;
      });
      s.cancel();
      coir::yield();
    }));
    EXPECT_EQ(child.get(), 4);
  });
}

TEST_F(cancel_scope, is_cancelled_at_its_deadline) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::cancel_scope s({.deadline = start + 2s});
    EXPECT_EQ(s.deadline(), start + 2s);
    std::string by;
    EXPECT_FALSE(s.run([&] {
      try {
        sleep_long();
      } catch (const coir::cancelled& c) {
        by = c.by();
        throw;
      }
    }));
    EXPECT_TRUE(s.is_cancelled());
    EXPECT_EQ(by, "a deadline");
    EXPECT_EQ(coir::now(), start + 2s);
    EXPECT_EQ(coir::cancel_scope().deadline(), coir::never);
  });
}

TEST_F(cancel_scope, with_a_deadline_in_the_past_ends_at_the_first_blocking_call) {
  coir::testing::run([] {
    const auto start = coir::now();
    const std::vector<void (*)()> calls = {
        [] { coir::yield(); },
        [] { coir::sleep_for(0s); },
        [] { coir::sleep_for(1h); },
        [] { coir::shielded([] {}), coir::yield(); },
        [] { coir::spawn([] {}).join(); },
    };
    for (const auto past : {start, start - 1s, coir::deadline::min()})
      for (const auto call : calls) {
        bool reached = false;
        EXPECT_FALSE(coir::cancel_scope({.deadline = past}).run([&] {
          reached = true;
          call();
          ADD_FAILURE() << "it did not end";
        }));
        EXPECT_TRUE(reached);
      }
    EXPECT_EQ(coir::now(), start);
    EXPECT_EQ(coir::cancel_scope({.deadline = start - 1s}).run([] { return 2; }), 2) << "nothing blocked";
  });
}

TEST_F(cancel_scope, may_be_given_another_deadline_at_any_time) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::cancel_scope later({.deadline = start + 1s});
    EXPECT_TRUE(later.run([&] {
      later.set_deadline(start + 5s);
      coir::sleep_for(4s);
    }));
    coir::cancel_scope off({.deadline = coir::now() + 1s});
    EXPECT_TRUE(off.run([&] {
      off.set_deadline(coir::never);
      coir::sleep_for(1min);
    }));
    coir::cancel_scope past;
    EXPECT_FALSE(past.run([&] {
      past.set_deadline(coir::now() - 1s);
      coir::yield();
    }));
    const auto before = coir::now();
    coir::cancel_scope earlier;
    earlier.set_deadline(before + 10s);
    EXPECT_EQ(earlier.deadline(), before + 10s);
    auto t = coir::spawn([&] { return earlier.run(sleep_long); });
    coir::sleep_for(1s);
    earlier.set_deadline(before + 2s);
    EXPECT_FALSE(t.get());
    EXPECT_EQ(coir::now(), before + 2s);
    earlier.set_deadline(coir::now() + 1s);  // of a scope that has been left, means nothing
    coir::sleep_for(2s);
  });
}

TEST_F(cancel_scope, that_was_left_in_time_has_no_deadline_any_more) {
  coir::testing::run([] {
    coir::cancel_scope s({.deadline = coir::now() + 1s});
    EXPECT_TRUE(s.run([] { coir::yield(); }));
    coir::sleep_for(2s);
    EXPECT_FALSE(s.is_cancelled());
  });
}

TEST_F(cancel_scope, whose_shield_is_up_hears_of_nothing_around_it) {
  coir::testing::run([] {
    coir::cancel_scope outer;
    bool waited = false;
    EXPECT_FALSE(outer.run([&] {
      outer.cancel();
      EXPECT_TRUE(coir::cancel_scope({.shield = true}).run([&] {
        coir::sleep_for(1s);
        waited = true;
      }));
      coir::yield();
    }));
    EXPECT_TRUE(waited);
  });
}

TEST_F(cancel_scope, whose_shield_is_up_is_cancelled_by_itself_and_so_are_those_inside) {
  coir::testing::run([] {
    coir::cancel_scope outer;
    EXPECT_FALSE(outer.run([&] {
      outer.cancel("outer");
      const auto start = coir::now();
      EXPECT_FALSE(coir::cancel_scope({.deadline = start + 1s, .shield = true}).run(sleep_long));
      EXPECT_EQ(coir::now(), start + 1s);
      coir::cancel_scope shield({.shield = true});
      EXPECT_TRUE(shield.run([&] {
        EXPECT_FALSE(coir::move_on_after(1s, sleep_long));
        EXPECT_EQ(coir::now(), start + 2s);
        shield.cancel("shield");
        EXPECT_EQ(reason_of(sleep_long), "shield");
      }));
      EXPECT_EQ(reason_of(sleep_long), "outer");
      sleep_long();
    }));
  });
}

}  // namespace
