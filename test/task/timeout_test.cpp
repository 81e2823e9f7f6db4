// A call that has a time to be done in.
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
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
using with_timeout = support::nothing_left;
using move_on_after = support::nothing_left;
using check_cancelled = support::nothing_left;
using support::names;
using support::reason_of;
using support::text_of;

void sleep_long() { coir::sleep_for(1h); }

// Takes that much time, and is not to be interrupted.
void compute(coir::clock::duration d) {
  coir::shielded([&] { coir::sleep_for(d); });
}

TEST_F(with_timeout, returns_what_the_call_returns) {
  coir::testing::run([] {
    int there = 0;
    EXPECT_EQ(coir::with_timeout(1s, [] { return 5; }), 5);
    EXPECT_EQ(*coir::with_timeout(1s, [p = std::make_unique<int>(6)]() mutable { return std::move(p); }), 6);
    decltype(auto) place = coir::with_timeout(1s, [&]() -> int& { return there; });
    static_assert(std::is_same_v<decltype(place), int&>);
    EXPECT_EQ(&place, &there);
    static_assert(std::is_void_v<decltype(coir::with_timeout(1s, [] {}))>);
    const auto start = coir::now();
    coir::with_timeout(2s, [] { coir::sleep_for(1s); });
    EXPECT_EQ(coir::now(), start + 1s);
  });
}

TEST_F(with_timeout, throws_when_the_time_is_over_and_the_call_has_ended) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool unwound = false;
    EXPECT_THROW(coir::with_timeout(90s,
                                    [&] {
                                      struct note {
                                        bool& set;
                                        ~note() { set = true; }
                                      } const at_end{unwound};
                                      sleep_long();
                                    }),
                 coir::timed_out);
    EXPECT_TRUE(unwound);
    EXPECT_EQ(coir::now(), start + 90s);
  });
}

TEST_F(with_timeout, says_how_much_time_there_was) {
  coir::testing::run([] {
    EXPECT_TRUE(names(text_of<coir::timed_out>([] { coir::with_timeout(5s, sleep_long); }), "5 s"));
    EXPECT_TRUE(names(text_of<coir::timed_out>([] { coir::with_timeout(250ms, sleep_long); }), "0.25 s"));
  });
}

TEST_F(with_timeout, does_not_interrupt_and_a_result_that_comes_late_is_returned) {
  coir::testing::run([] {
    const auto start = coir::now();
    EXPECT_EQ(coir::with_timeout(1s,
                                 [] {
                                   compute(2s);
                                   return 5;
                                 }),
              5);
    EXPECT_EQ(coir::now(), start + 2s);
    EXPECT_EQ(coir::with_timeout(1s,
                                 [] {
                                   try {
                                     sleep_long();
                                   } catch (...) {
                                   }
                                   return 6;
                                 }),
              6);
    EXPECT_NO_THROW(coir::with_timeout(1s, [] { reason_of(sleep_long); }));
  });
}

TEST_F(with_timeout, swallowed_by_catch_all_is_met_again) {
  coir::testing::run([] {
    const auto start = coir::now();
    EXPECT_THROW(coir::with_timeout(1s,
                                    [] {
                                      try {
                                        sleep_long();
                                      } catch (...) {
                                      }
                                      sleep_long();
                                    }),
                 coir::timed_out);
    EXPECT_EQ(coir::now(), start + 1s);
  });
}

TEST_F(with_timeout, lets_errors_pass_in_time_or_late) {
  coir::testing::run([] {
    EXPECT_THROW(coir::with_timeout(1s, [] { throw 7; }), int);
    EXPECT_EQ(text_of<std::runtime_error>([] {
      coir::with_timeout(1s, [] {
        reason_of(sleep_long);
        throw std::runtime_error("cleanup failed");
      });
    }),
              "cleanup failed");
  });
}

TEST_F(with_timeout, of_no_time_ends_at_the_first_blocking_call) {
  coir::testing::run([] {
    const auto start = coir::now();
    const auto ends = [](auto d) {
      EXPECT_THROW(coir::with_timeout(d, [] { coir::yield(); }), coir::timed_out);
      EXPECT_THROW(coir::with_timeout(d, [] { coir::sleep_for(0s); }), coir::timed_out);
      EXPECT_EQ(coir::with_timeout(d, [] { return 1; }), 1) << "nothing blocked";
    };
    ends(0s);
    ends(-1s);
    ends(std::chrono::hours::min());
    ends(std::chrono::duration<double>(std::nan("")));
    ends(std::chrono::duration<double>(-std::numeric_limits<double>::infinity()));
    EXPECT_EQ(coir::now(), start);
  });
}

TEST_F(with_timeout, of_more_time_than_there_is_never_ends) {
  coir::testing::run([] {
    const auto lasts = [](auto d) { EXPECT_NO_THROW(coir::with_timeout(d, [] { coir::sleep_for(24h * 365); })); };
    lasts(std::chrono::hours::max());
    lasts(std::chrono::nanoseconds::max());
    lasts(std::chrono::duration<double>(std::numeric_limits<double>::infinity()));
    lasts(std::chrono::duration<double>(1e300));
  });
}

TEST_F(with_timeout, outside_of_run_is_an_error_that_says_so) {
  EXPECT_TRUE(names(text_of<std::logic_error>([] { coir::with_timeout(1s, [] { ADD_FAILURE(); }); }), "with_timeout"));
  EXPECT_TRUE(names(text_of<std::logic_error>([] { coir::move_on_after(1s, [] { ADD_FAILURE(); }); }), "move_on_after"));
}

TEST_F(with_timeout, that_was_in_time_leaves_no_timer) {
  coir::testing::run([] {
    for (int i = 0; i < 1000; ++i) coir::with_timeout(1s, [] { coir::yield(); });
    const auto start = coir::now();
    coir::sleep_for(10s);
    EXPECT_EQ(coir::now(), start + 10s);
  });
}

TEST_F(with_timeout, nested_the_shorter_one_ends) {
  coir::testing::run([] {
    const auto start = coir::now();
    EXPECT_EQ(coir::with_timeout(10s,
                                 [] {
                                   EXPECT_THROW(coir::with_timeout(1s, sleep_long), coir::timed_out);
                                   coir::sleep_for(1s);
                                   return 1;
                                 }),
              1);
    EXPECT_EQ(coir::now(), start + 2s);
    EXPECT_THROW(coir::with_timeout(1s,
                                    [] {
                                      EXPECT_THROW(coir::with_timeout(10s, sleep_long), coir::cancelled);
                                      coir::yield();
                                    }),
                 coir::timed_out)
        << "the inner one passes on what is not its own";
    EXPECT_EQ(coir::now(), start + 3s);
  });
}

TEST_F(with_timeout, nested_of_several_that_are_over_only_the_outermost_throws) {
  coir::testing::run([] {
    std::vector<std::string> ended;
    const auto limited = [&](const char* name, coir::clock::duration d, auto fn) {
      try {
        coir::with_timeout(d, fn);
        ended.push_back(std::string(name) + " well");
      } catch (const coir::timed_out&) {
        ended.push_back(std::string(name) + " late");
        throw;
      } catch (const coir::cancelled&) {
        ended.push_back(std::string(name) + " cancelled");
        throw;
      }
    };
    const auto three = [&](auto a, auto b, auto c) {
      EXPECT_THROW(
          limited("a", a, [&] { limited("b", b, [&] { limited("c", c, [] { compute(5s), coir::yield(); }); }); }),
          coir::timed_out);
    };
    three(1s, 1s, 1s);
    three(3s, 2s, 1s);
    three(1s, 2s, 3s);
    std::vector<std::string> expected;
    for (int i = 0; i < 3; ++i) expected.insert(expected.end(), {"c cancelled", "b cancelled", "a late"});
    EXPECT_EQ(ended, expected);
    ended.clear();
    EXPECT_THROW(limited("a", 10s, [&] { limited("b", 2s, [&] { limited("c", 1s, [] { compute(5s), coir::yield(); }); }); }),
                 coir::timed_out);
    EXPECT_EQ(ended, (std::vector<std::string>{"c cancelled", "b late", "a late"})) << "an ordinary error for a";
  });
}

TEST_F(with_timeout, of_a_cancelled_task_comes_out_as_cancelled) {
  coir::testing::run([] {
    auto parked = coir::spawn([] { coir::with_timeout(1min, sleep_long); });
    coir::yield();
    parked.cancel("parked");
    EXPECT_EQ(reason_of([&] { parked.get(); }), "parked");

    auto both = coir::spawn([] {
      coir::with_timeout(1s, [] {
        compute(2s);
        sleep_long();
      });
    });
    coir::sleep_for(1500ms);
    both.cancel("both");
    both.join();
    EXPECT_THROW(both.get(), coir::cancelled);
  });
}

TEST_F(with_timeout, in_a_cleanup_behind_a_shield_times_out_again) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool cleaned = false;
    EXPECT_THROW(coir::with_timeout(1s,
                                    [&] {
                                      try {
                                        sleep_long();
                                      } catch (const coir::cancelled&) {
                                        coir::shielded([&] {
                                          EXPECT_THROW(coir::with_timeout(1s, sleep_long), coir::timed_out);
                                        });
                                        cleaned = true;
                                        coir::with_timeout(1s, sleep_long);
                                      }
                                    }),
                 coir::timed_out);
    EXPECT_TRUE(cleaned);
    EXPECT_EQ(coir::now(), start + 2s);
  });
}

TEST_F(with_timeout, of_many_tasks_each_has_its_own) {
  coir::testing::run([] {
    const auto start = coir::now();
    std::vector<coir::task<coir::clock::duration>> tasks;
    for (int i = 1000; i > 0; --i)
      tasks.push_back(coir::spawn([i, start] {
        EXPECT_THROW(coir::with_timeout(std::chrono::seconds(i), sleep_long), coir::timed_out);
        return coir::now() - start;
      }));
    int i = 1000;
    for (auto& t : tasks) EXPECT_EQ(t.get(), std::chrono::seconds(i--));
  });
}

TEST_F(move_on_after, tells_by_its_result_whether_it_was_in_time) {
  coir::testing::run([] {
    int there = 0;
    const auto start = coir::now();
    EXPECT_EQ(coir::move_on_after(1s, [] { return 5; }), 5);
    EXPECT_TRUE(coir::move_on_after(1s, [] {}));
    EXPECT_EQ(&*coir::move_on_after(1s, [&]() -> int& { return there; }), &there);
    EXPECT_EQ(coir::now(), start);
    EXPECT_FALSE(coir::move_on_after(1s, sleep_long));
    EXPECT_EQ(coir::now(), start + 1s);
    EXPECT_FALSE(coir::move_on_after(1s, [] {
      sleep_long();
      return std::make_unique<int>(1);
    }));
    EXPECT_FALSE(coir::move_on_after(1s, [&]() -> int& {
      sleep_long();
      return there;
    }));
    EXPECT_FALSE(coir::move_on_after(0s, [] { coir::yield(); }));
    EXPECT_EQ(coir::move_on_after(1s,
                                  [] {
                                    compute(2s);
                                    return 7;
                                  }),
              7)
        << "late, but there";
  });
}

TEST_F(move_on_after, passes_on_errors_and_what_is_not_its_own) {
  coir::testing::run([] {
    EXPECT_THROW(coir::move_on_after(1s, [] { throw 7; }), int);
    EXPECT_THROW(coir::move_on_after(1min, [] { coir::with_timeout(1s, sleep_long); }), coir::timed_out);
    bool passed_on = true;
    EXPECT_FALSE(coir::move_on_after(1s, [&] {
      coir::move_on_after(1s, sleep_long);
      passed_on = false;
    }));
    EXPECT_TRUE(passed_on);
    auto t = coir::spawn([] { coir::move_on_after(1min, sleep_long); });
    coir::yield();
    t.cancel("the task");
    EXPECT_EQ(reason_of([&] { t.get(); }), "the task");
  });
}

TEST_F(check_cancelled, throws_while_something_around_is_cancelled) {
  coir::testing::run([] {
    EXPECT_NO_THROW(coir::check_cancelled());
    coir::cancel_scope outer;
    EXPECT_FALSE(outer.run([&] {
      EXPECT_NO_THROW(coir::check_cancelled());
      outer.cancel("why");
      for (int i = 0; i < 2; ++i) EXPECT_EQ(reason_of([] { coir::check_cancelled(); }), "why");
      coir::cancel_scope().run([] { EXPECT_EQ(reason_of([] { coir::check_cancelled(); }), "why"); });
      coir::shielded([] { EXPECT_NO_THROW(coir::check_cancelled()); });
      coir::check_cancelled();
    }));
    EXPECT_NO_THROW(coir::check_cancelled());
    auto t = coir::spawn([] {
      reason_of(sleep_long);
      coir::check_cancelled();
    });
    coir::yield();
    t.cancel("the task");
    EXPECT_EQ(reason_of([&] { t.get(); }), "the task");
  });
}

TEST_F(check_cancelled, knows_a_deadline_that_a_turn_has_noticed) {
  coir::testing::run([] {
    EXPECT_FALSE(coir::move_on_after(1s, [] {
      compute(2s);
      coir::check_cancelled();
    }));
    EXPECT_FALSE(coir::move_on_after(-1s, [] { coir::check_cancelled(); })) << "it was over before";
  });
}

TEST_F(check_cancelled, outside_of_run_is_an_error_that_says_so) {
  EXPECT_TRUE(names(text_of<std::logic_error>([] { coir::check_cancelled(); }), "check_cancelled"));
}

}  // namespace
