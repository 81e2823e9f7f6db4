// Groups without a body: members of objects.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "reason_of.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using group = support::nothing_left;
using support::counted;
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

TEST_F(group, without_a_body_is_joined_as_often_as_one_likes) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::group g;
    EXPECT_NO_THROW(g.join());
    for (int round = 1; round <= 3; ++round) {
      for (int i = 0; i < 3; ++i) g.spawn([] { coir::sleep_for(1s); });
      EXPECT_EQ(g.size(), 3U);
      g.join();
      EXPECT_EQ(g.size(), 0U);
      EXPECT_EQ(coir::now(), start + round * 1s);
    }
  });
}

TEST_F(group, without_a_body_throws_its_errors_at_join) {
  coir::testing::run([] {
    bool cancelled = false;
    coir::group one;
    one.spawn([&] { cancelled = reason_of(sleep_long) != "not cancelled"; });
    one.spawn(fails_after(1s, "only"));
    coir::sleep_for(2s);
    EXPECT_TRUE(cancelled) << "before anybody joins";
    EXPECT_EQ(text_of<std::runtime_error>([&] { one.join(); }), "only");
    EXPECT_NO_THROW(one.join()) << "once";

    coir::group several;
    several.spawn(fails_when_cancelled("b"));
    several.spawn(fails_after(1s, "a"));
    EXPECT_TRUE(names(text_of<coir::group_error>([&] { several.join(); }), "a", "b"));
  });
}

TEST_F(group, whose_join_is_cancelled_goes_on) {
  coir::testing::run([] {
    coir::group g;
    auto t = g.spawn([] {
      coir::sleep_for(5s);
      return 5;
    });
    EXPECT_FALSE(coir::move_on_after(1s, [&] { g.join(); }));
    EXPECT_FALSE(t.is_done());
    g.join();
    EXPECT_EQ(t.get(), 5);
  });
}

TEST_F(group, without_a_body_is_cancelled_quietly) {
  coir::testing::run([] {
    coir::group g;
    auto t = g.spawn(sleep_long);
    auto unstarted = g.spawn([c = counted(1)] { ADD_FAILURE(); });
    EXPECT_TRUE(g.cancel("enough"));
    EXPECT_FALSE(g.cancel());
    EXPECT_NO_THROW(g.join());
    EXPECT_EQ(reason_of([&] { t.get(); }), "enough");
    EXPECT_TRUE(unstarted.is_done());
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(group, is_no_scope_of_the_code_that_made_it) {
  coir::testing::run([] {
    coir::group g;
    g.spawn(fails_after(1s, "a task"));
    EXPECT_NO_THROW(coir::sleep_for(2s));
    g.cancel();
    EXPECT_NO_THROW(coir::sleep_for(2s));
    EXPECT_THROW(g.join(), std::runtime_error);
  });
}

TEST_F(group, that_is_destroyed_cancels_and_waits) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool cleaned = false;
    {
      coir::group g;
      g.spawn([&, c = counted(1)] {
        reason_of(sleep_long);
        coir::shielded([] { coir::sleep_for(2s); });
        cleaned = true;
      });
      coir::sleep_for(1s);
    }
    EXPECT_TRUE(cleaned);
    EXPECT_EQ(counted::live(), 0);
    EXPECT_EQ(coir::now(), start + 3s);
    { const coir::group never_used; }
  });
  { const coir::group outside; }
}

TEST_F(group, that_is_destroyed_tells_errors_to_the_hook) {
  coir::testing::run([] {
    coir::group g;
    g.spawn(fails_when_cancelled("lost"));
    coir::yield();
  });
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(names(reports[0].text(), "lost"));
}

TEST_F(group, is_destroyed_in_a_cancelled_task_and_while_it_unwinds) {
  coir::testing::run([] {
    int ended = 0;
    const auto member = [&] {
      reason_of(sleep_long);
      coir::shielded([] { coir::sleep_for(1s); });
      ++ended;
    };
    auto unwound = coir::spawn([&] {
      coir::group g;
      g.spawn(member);
      sleep_long();
    });
    auto left = coir::spawn([&] {
      coir::group g;
      g.spawn(member);
      reason_of(sleep_long);
    });
    coir::sleep_for(1s);
    unwound.cancel();
    left.cancel();
    unwound.join();
    left.join();
    EXPECT_EQ(ended, 2);
  });
}

TEST_F(group, is_a_member_of_what_its_tasks_serve) {
  coir::testing::run([] {
    struct server {
      int served = 0;
      coir::group tasks;
      server() {
        tasks.spawn([this] {
          for (;; ++served) coir::sleep_for(1s);
        });
      }
    };
    auto s = std::make_unique<server>();
    coir::sleep_for(3500ms);
    EXPECT_EQ(s->served, 3);
    s.reset();
  });
}

TEST_F(group, whose_handles_are_dropped_owns_its_tasks) {
  coir::testing::run([] {
    int ran = 0;
    coir::group g;
    for (int i = 0; i < 100; ++i) static_cast<void>(g.spawn([&ran, c = counted(1)] { coir::sleep_for(1s), ++ran; }));
    g.join();
    EXPECT_EQ(ran, 100);
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(group, joined_in_its_own_body_is_an_error_that_says_so) {
  coir::testing::run([] {
    coir::in_group([](coir::group& g) {
      g.spawn([] { coir::yield(); });
      EXPECT_TRUE(names(text_of<std::logic_error>([&] { g.join(); }), "in_group"));
    });
  });
}

TEST_F(group, takes_no_task_on_another_thread_or_without_run) {
  coir::group outside;
  EXPECT_THROW(outside.spawn([c = counted(1)] {}), std::logic_error);
  coir::testing::run([] {
    coir::group g;
    g.spawn([] { coir::yield(); });
    std::thread([&] {
      EXPECT_THROW(g.spawn([c = counted(1)] {}), std::logic_error);
      coir::testing::run([&] { EXPECT_THROW(g.spawn([c = counted(1)] {}), std::logic_error); });
    }).join();
    g.join();
  });
  EXPECT_TRUE(names(text_of<std::logic_error>([] { coir::in_group([](coir::group&) { ADD_FAILURE(); }); }), "in_group"));
}

TEST_F(group, takes_more_when_it_was_joined_after_an_error_or_cancel) {
  coir::testing::run([] {
    coir::group g;
    g.spawn(fails_after(0s, "first"));
    EXPECT_THROW(g.join(), std::runtime_error);
    EXPECT_EQ(g.spawn([] { return coir::yield(), 5; }).get(), 5);
    g.spawn(sleep_long);
    g.cancel();
    EXPECT_THROW(g.spawn([] {}), std::logic_error);
    g.join();
    EXPECT_EQ(g.spawn([] { return coir::yield(), 6; }).get(), 6);
  });
}

TEST_F(group, that_is_cancelled_before_it_has_a_task_takes_none) {
  coir::testing::run([] {
    coir::group g;
    EXPECT_TRUE(g.cancel("early"));
    EXPECT_FALSE(g.cancel("again"));
    EXPECT_THROW(g.spawn([] { ADD_FAILURE(); }), std::logic_error);
    g.join();
    EXPECT_EQ(g.spawn([] { return coir::yield(), 6; }).get(), 6);
  });
}

TEST_F(group, is_not_cancelled_from_another_thread) {
  coir::testing::run([] {
    coir::group g;
    g.spawn([] { coir::sleep_for(1s); });
    std::thread([&] { EXPECT_THROW(g.cancel(), std::logic_error); }).join();
    g.join();
  });
}

TEST_F(group, may_outlive_the_run) {
  coir::group cancelled;
  coir::group left;
  coir::group used_again;
  coir::testing::run([&] {
    cancelled.spawn(sleep_long);
    coir::yield();
    cancelled.cancel();
    left.spawn(sleep_long);
    coir::yield();
    used_again.spawn([] { coir::yield(); });
  });
  EXPECT_EQ(left.size(), 0U) << "the run has ended its tasks";
  EXPECT_NO_THROW(left.join());
  coir::testing::run([&] { EXPECT_NO_THROW(used_again.join()); });
}

}  // namespace
