// Tasks and a body that end together.
#include <chrono>
#include <functional>
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
using in_group = support::nothing_left;
using support::counted;
using support::names;
using support::reason_of;
using support::text_of;
using errors = std::vector<std::string>;

void sleep_long() { coir::sleep_for(1h); }

auto fails_after(coir::clock::duration d, std::string text) {
  return [d, text] {
    coir::sleep_for(d);
    throw std::runtime_error(text);
  };
}

// The texts of the errors that a group_error holds.
template <class F>
errors errors_of(F&& code) {
  errors texts;
  try {
    code();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const coir::group_error& all) {
    for (const auto& e : all.errors()) {
      try {
        std::rethrow_exception(e);
      } catch (const std::exception& one) {
        texts.emplace_back(one.what());
      }
      EXPECT_TRUE(names(all.what(), texts.back()));
    }
  }
  return texts;
}

TEST_F(in_group, returns_when_all_have_ended) {
  coir::testing::run([] {
    const auto start = coir::now();
    std::vector<int> order;
    coir::in_group([&](coir::group& g) {
      for (int i : {3, 1, 2}) g.spawn([&order, i, c = counted(1)] { coir::sleep_for(std::chrono::seconds(i)), order.push_back(i); });
      EXPECT_EQ(g.size(), 3U);
      order.push_back(0);
    });
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
    EXPECT_EQ(coir::now(), start + 3s);
    EXPECT_EQ(counted::live(), 0);
    coir::in_group([](coir::group& g) { EXPECT_EQ(g.size(), 0U); });
  });
}

TEST_F(in_group, hands_out_handles_like_any) {
  coir::testing::run([] {
    coir::task<int> kept;
    bool ran = false;
    coir::in_group([&](coir::group& g) {
      kept = g.spawn({.name = "kept"}, [] { return 5; });
      EXPECT_EQ(kept.name(), "kept");
      EXPECT_EQ(g.spawn([] { return 6; }).get(), 6);
      kept.join();
      EXPECT_EQ(g.size(), 0U);
      auto now = g.spawn_now({.name = "now"}, [&] { return ran = true; });
      EXPECT_TRUE(ran);
      EXPECT_TRUE(now.is_done());
      g.spawn_now([&] { coir::yield(), ran = false; });
      EXPECT_TRUE(ran);
      EXPECT_EQ(g.size(), 1U);
    });
    EXPECT_EQ(kept.get(), 5);
  });
}

TEST_F(in_group, the_first_error_cancels_the_others_and_the_body) {
  coir::testing::run([] {
    const auto start = coir::now();
    std::string sibling;
    std::string body;
    EXPECT_EQ(text_of<std::runtime_error>([&] {
                coir::in_group([&](coir::group& g) {
                  g.spawn([&] { sibling = reason_of(sleep_long); });
                  g.spawn({.name = "culprit"}, fails_after(1s, "first"));
                  body = reason_of(sleep_long);
                  EXPECT_EQ(reason_of([] { coir::yield(); }), body);
                });
              }),
              "first");
    EXPECT_EQ(coir::now(), start + 1s);
    EXPECT_TRUE(names(sibling, "culprit"));
    EXPECT_TRUE(names(body, "culprit"));
  });
}

TEST_F(in_group, an_error_of_the_body_cancels_the_tasks_and_is_thrown_as_it_is) {
  coir::testing::run([] {
    bool cancelled = false;
    bool ran = false;
    EXPECT_EQ(text_of<std::runtime_error>([&] {
                coir::in_group([&](coir::group& g) {
                  g.spawn([&] { cancelled = reason_of(sleep_long) != "not cancelled"; });
                  coir::yield();
                  g.spawn([&] { ran = true; });
                  throw std::runtime_error("the body");
                });
              }),
              "the body");
    EXPECT_TRUE(cancelled);
    EXPECT_FALSE(ran) << "it was cancelled before it ran";
    EXPECT_THROW(coir::in_group([](coir::group&) { throw 7; }), int);
  });
}

TEST_F(in_group, several_errors_come_together_in_their_order) {
  coir::testing::run({.seed = 0}, [] {
    const auto fails_late = [](const char* text) {
      return [text] {
        reason_of(sleep_long);
        throw std::runtime_error(text);
      };
    };
    EXPECT_EQ(errors_of([&] {
                coir::in_group([&](coir::group& g) {
                  g.spawn(fails_late("second"));
                  g.spawn(fails_after(1s, "first"));
                  g.spawn(fails_late("third"));
                  g.spawn(sleep_long);
                  reason_of(sleep_long);
                  coir::shielded([] { coir::sleep_for(1s); });
                  throw std::logic_error("the body's");
                });
              }),
              (errors{"first", "second", "third", "the body's"}));
  });
}

TEST_F(in_group, a_thousand_errors_none_is_lost) {
  coir::testing::run([] {
    const errors all = errors_of([] {
      coir::in_group([](coir::group& g) {
        for (int i = 0; i < 1000; ++i)
          g.spawn([i] {
            reason_of(sleep_long);
            throw std::runtime_error("number " + std::to_string(i));
          });
        coir::yield();
        throw std::runtime_error("the body's");
      });
    });
    EXPECT_EQ(all.size(), 1001U);
    EXPECT_EQ(all.front(), "the body's");
  });
}

TEST_F(in_group, errors_that_a_handle_has_thrown_are_errors_all_the_same) {
  coir::testing::run([] {
    EXPECT_EQ(text_of<std::runtime_error>([] {
                coir::in_group([](coir::group& g) {
                  auto t = g.spawn(fails_after(1s, "seen"));
                  try {
                    t.get();
                  } catch (const std::runtime_error&) {
                  } catch (const coir::cancelled&) {
                  }
                });
              }),
              "seen");
  });
}

TEST_F(in_group, nothing_of_a_thrown_error_is_reported_to_the_hook) {
  coir::testing::run([] {
    coir::task<> kept;
    EXPECT_THROW(coir::in_group([&](coir::group& g) { kept = g.spawn(fails_after(1s, "thrown")); }), std::runtime_error);
    EXPECT_TRUE(kept.is_done());
  });
  EXPECT_TRUE(unhandled.take().empty());
}

TEST_F(in_group, a_task_that_is_cancelled_by_its_handle_is_no_error) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::in_group([](coir::group& g) {
      auto t = g.spawn(sleep_long);
      auto unstarted = g.spawn([] { ADD_FAILURE(); });
      g.spawn([] { coir::sleep_for(2s); });
      unstarted.cancel();
      coir::sleep_for(1s);
      t.cancel();
    });
    EXPECT_EQ(coir::now(), start + 2s);
  });
}

TEST_F(in_group, a_strange_cancellation_that_leaves_a_task_is_an_error) {
  coir::testing::run([] {
    auto other = coir::spawn(sleep_long);
    coir::yield();
    other.cancel("strange");
    const auto fetch = [&] {
      coir::in_group([&](coir::group& g) {
        g.spawn([&] { other.get(); });
        sleep_long();
      });
    };
    EXPECT_EQ(reason_of(fetch), "strange");
    EXPECT_EQ(reason_of([&] { coir::in_group([&](coir::group&) { other.get(); }); }), "strange") << "in the body, too";
  });
}

TEST_F(in_group, cancel_ends_all_and_throws_nothing) {
  coir::testing::run([] {
    const auto start = coir::now();
    std::string task;
    std::string body;
    coir::in_group([&](coir::group& g) {
      g.spawn([&] { task = reason_of(sleep_long); });
      coir::yield();
      EXPECT_TRUE(g.cancel("enough"));
      EXPECT_FALSE(g.cancel("again"));
      body = reason_of(sleep_long);
      sleep_long();
    });
    EXPECT_EQ(task, "enough");
    EXPECT_EQ(body, "enough");
    coir::in_group([](coir::group& g) {
      g.spawn([&] { coir::sleep_for(1s), g.cancel(), sleep_long(); });
      g.spawn(sleep_long);
    });
    EXPECT_EQ(coir::now(), start + 1s);
    coir::yield();
  });
}

TEST_F(in_group, an_error_after_cancel_is_thrown) {
  coir::testing::run([] {
    EXPECT_EQ(text_of<std::runtime_error>([] {
                coir::in_group([](coir::group& g) {
                  g.spawn([] {
                    reason_of(sleep_long);
                    throw std::runtime_error("late");
                  });
                  coir::yield();
                  g.cancel();
                });
              }),
              "late");
  });
}

TEST_F(in_group, takes_no_more_while_it_is_cancelled) {
  coir::testing::run([] {
    coir::in_group([](coir::group& g) {
      g.cancel();
      const auto refused = [&](auto call) {
        EXPECT_TRUE(names(text_of<std::logic_error>(call), "cancel"));
        EXPECT_EQ(counted::live(), 0) << "what it captured is gone";
        EXPECT_EQ(g.size(), 0U);
      };
      refused([&] { g.spawn([c = counted(1)] { ADD_FAILURE(); }); });
      refused([&] { g.spawn_now([c = counted(1)] { ADD_FAILURE(); }); });
      refused([&] { g.start([c = counted(1)](auto&) { ADD_FAILURE(); }); });
    });
    EXPECT_THROW(coir::in_group([](coir::group& g) {
      g.spawn(fails_after(0s, "first"));
      reason_of(sleep_long);
      EXPECT_THROW(g.spawn([] { ADD_FAILURE(); }), std::logic_error);
    }),
                 std::runtime_error);
  });
}

TEST_F(in_group, tasks_may_add_others_until_the_last_has_ended) {
  coir::testing::run([] {
    int ran = 0;
    coir::in_group([&](coir::group& g) {
      std::function<void(int)> branch = [&](int depth) {
        ++ran;
        coir::sleep_for(1s);
        if (depth != 0)
          for (int i = 0; i < 2; ++i) g.spawn([&branch, depth] { branch(depth - 1); });
      };
      g.spawn([&branch] { branch(7); });
      while (g.size() != 0) coir::sleep_for(1s);
    });
    EXPECT_EQ(ran, 255);
    coir::in_group([&](coir::group& g) {
      g.spawn([&] { coir::yield(), g.spawn([&] { coir::yield(), g.spawn([&] { ran = 0; }); }); });
    });
    EXPECT_EQ(ran, 0) << "while it waits for them, too";
  });
}

TEST_F(in_group, cancelled_from_around_cancels_all_and_comes_out_as_cancelled) {
  coir::testing::run([] {
    std::string task;
    std::string body;
    auto t = coir::spawn([&] {
      coir::in_group([&](coir::group& g) {
        g.spawn([&] { task = reason_of(sleep_long); });
        body = reason_of(sleep_long);
      });
    });
    coir::yield(), coir::yield();
    t.cancel("around");
    EXPECT_EQ(reason_of([&] { t.get(); }), "around");
    EXPECT_EQ(task, "around");
    EXPECT_EQ(body, "around");

    task.clear();
    auto waiting = coir::spawn([&] {
      coir::in_group([&](coir::group& g) {
        g.spawn([&] { task = reason_of(sleep_long); });
      });
    });
    coir::yield(), coir::yield();
    waiting.cancel("in the wait");
    EXPECT_EQ(reason_of([&] { waiting.get(); }), "in the wait");
    EXPECT_EQ(task, "in the wait");
  });
}

TEST_F(in_group, in_a_scope_ends_with_it) {
  coir::testing::run([] {
    const auto start = coir::now();
    int ended = 0;
    EXPECT_FALSE(coir::move_on_after(1s, [&] {
      coir::in_group([&](coir::group& g) {
        for (int i = 0; i < 10; ++i) g.spawn([&] { reason_of([&] { coir::with_timeout(1min, sleep_long); }), ++ended; });
        coir::shielded([] { coir::sleep_for(3s); });
      });
    }));
    EXPECT_EQ(ended, 10);
    EXPECT_EQ(coir::now(), start + 3s);
    coir::yield();
  });
}

TEST_F(in_group, errors_win_over_a_cancellation_which_lasts) {
  coir::testing::run([] {
    auto t = coir::spawn([] {
      EXPECT_EQ(text_of<std::runtime_error>([] {
                  coir::in_group([](coir::group& g) {
                    g.spawn([] {
                      reason_of(sleep_long);
                      throw std::runtime_error("wins");
                    });
                    sleep_long();
                  });
                }),
                "wins");
      EXPECT_EQ(reason_of([] { coir::yield(); }), "around");
    });
    coir::yield(), coir::yield();
    t.cancel("around");
    t.get();
  });
}

}  // namespace
