// How many tasks of a group run at once, and waiting until one is ready.
#include <algorithm>
#include <chrono>
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
using limited_group = support::nothing_left;
using group_start = support::nothing_left;
using support::counted;
using support::names;
using support::reason_of;
using support::text_of;

void sleep_long() { coir::sleep_for(1h); }

// How many are in here, and how many were at most.
struct room {
  int now = 0;
  int most = 0;
  void stay(coir::clock::duration d) {
    most = std::max(most, ++now);
    struct leave {
      int& now;
      ~leave() { --now; }
    } const at_end{now};
    coir::sleep_for(d);
  }
};

TEST_F(limited_group, runs_that_many_at_once_first_come_first_served) {
  coir::testing::run({.seed = 0}, [] {
    const auto start = coir::now();
    room r;
    std::vector<int> order;
    coir::in_group({.most_at_once = 3}, [&](coir::group& g) {
      for (int i = 0; i < 10; ++i)
        g.spawn([&, i] {
          order.push_back(i);
          r.stay(1s);
        });
      EXPECT_EQ(g.size(), 10U);
      coir::sleep_for(500ms);
      EXPECT_EQ(r.now, 3);
      EXPECT_EQ(g.size(), 10U);
      coir::sleep_for(1s);
      EXPECT_EQ(g.size(), 7U);
    });
    EXPECT_EQ(r.most, 3);
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(coir::now(), start + 4s);
  });
}

TEST_F(limited_group, starts_the_next_as_soon_as_one_has_ended) {
  coir::testing::run([] {
    const auto start = coir::now();
    std::vector<coir::clock::duration> begun;
    coir::group g({.most_at_once = 2});
    for (int i : {5, 1, 1, 1}) g.spawn([&, i] { begun.push_back(coir::now() - start), coir::sleep_for(i * 1s); });
    g.join();
    EXPECT_EQ(begun, (std::vector<coir::clock::duration>{0s, 0s, 1s, 2s}));
  });
}

TEST_F(limited_group, spawn_now_waits_its_turn_where_there_is_no_room) {
  coir::testing::run([] {
    bool ran = false;
    coir::in_group({.most_at_once = 1}, [&](coir::group& g) {
      g.spawn_now([] { coir::sleep_for(1s); });
      auto t = g.spawn_now([&] { ran = true; });
      EXPECT_FALSE(ran);
      t.get();
      EXPECT_TRUE(ran);
      g.spawn_now([&] { ran = false; });
      EXPECT_FALSE(ran);
    });
  });
}

TEST_F(limited_group, of_none_at_once_runs_one_by_one) {
  coir::testing::run([] {
    room r;
    coir::in_group({.most_at_once = 0}, [&](coir::group& g) {
      for (int i = 0; i < 3; ++i) g.spawn([&] { r.stay(1s); });
    });
    EXPECT_EQ(r.most, 1);
  });
}

TEST_F(limited_group, a_waiting_one_may_be_joined_and_its_options_hold) {
  coir::testing::run([] {
    coir::in_group({.most_at_once = 1}, [](coir::group& g) {
      g.spawn([] { coir::sleep_for(1s); });
      auto t = g.spawn({.name = "next", .stack_size = 1 << 20}, [] {
        volatile char deep[1 << 19];
        deep[0] = 7;
        return +deep[0];
      });
      EXPECT_EQ(t.name(), "next");
      EXPECT_EQ(t.get(), 7);
    });
  });
}

TEST_F(limited_group, a_waiting_one_that_is_cancelled_never_runs_and_holds_nobody_up) {
  coir::testing::run([] {
    bool last = false;
    coir::in_group({.most_at_once = 1}, [&](coir::group& g) {
      g.spawn([] { coir::sleep_for(1s); });
      auto doomed = g.spawn([c = counted(1)] { ADD_FAILURE(); });
      g.spawn([&] { last = true; });
      EXPECT_TRUE(doomed.cancel("not needed"));
      doomed.join();
      EXPECT_EQ(counted::live(), 0);
      EXPECT_EQ(reason_of([&] { doomed.get(); }), "not needed");
    });
    EXPECT_TRUE(last);
  });
}

TEST_F(limited_group, a_waiting_one_that_is_cancelled_ends_though_there_is_no_room) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::in_group({.most_at_once = 1}, [&](coir::group& g) {
      g.spawn([&] {
        std::vector<coir::task<>> waiting;
        for (int i = 0; i < 3; ++i) waiting.push_back(g.spawn([c = counted(1)] { ADD_FAILURE(); }));
        for (std::size_t i : {1U, 0U, 2U}) {
          EXPECT_TRUE(waiting[i].cancel());
          EXPECT_TRUE(waiting[i].join_for(1s));
        }
        EXPECT_EQ(counted::live(), 0);
        EXPECT_EQ(g.size(), 1U);
        EXPECT_FALSE(coir::move_on_after(1s, [&] { g.start([](coir::readiness<>&) { ADD_FAILURE(); }); }));
      });
    });
    EXPECT_EQ(coir::now(), start + 1s);
  });
}

TEST_F(limited_group, an_error_cancels_those_that_wait) {
  coir::testing::run([] {
    const auto start = coir::now();
    EXPECT_EQ(text_of<std::runtime_error>([] {
                coir::in_group({.most_at_once = 2}, [](coir::group& g) {
                  g.spawn(sleep_long);
                  g.spawn([] { coir::sleep_for(1s), throw std::runtime_error("first"); });
                  for (int i = 0; i < 100; ++i) g.spawn([c = counted(1)] { ADD_FAILURE(); });
                });
              }),
              "first");
    EXPECT_EQ(counted::live(), 0);
    EXPECT_EQ(coir::now(), start + 1s);
  });
}

TEST_F(limited_group, cancelled_from_around_never_starts_those_that_wait) {
  coir::testing::run([] {
    EXPECT_FALSE(coir::move_on_after(1s, [] {
      coir::in_group({.most_at_once = 1}, [](coir::group& g) {
        g.spawn(sleep_long);
        for (int i = 0; i < 100; ++i) g.spawn([c = counted(1)] { coir::yield(), ADD_FAILURE(); });
      });
    }));
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(limited_group, that_is_destroyed_drops_those_that_wait) {
  coir::testing::run([] {
    std::vector<coir::task<>> kept;
    {
      coir::group g({.most_at_once = 1});
      for (int i = 0; i < 10; ++i) kept.push_back(g.spawn([c = counted(1)] { sleep_long(); }));
      coir::sleep_for(1s);
    }
    for (auto& t : kept) {
      EXPECT_TRUE(t.is_done());
      EXPECT_THROW(t.get(), coir::cancelled);
    }
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(limited_group, ten_thousand_go_through_a_narrow_door) {
  coir::testing::run([] {
    room r;
    int done = 0;
    coir::in_group({.most_at_once = 7}, [&](coir::group& g) {
      for (int i = 0; i < 10'000; ++i) g.spawn([&] { r.stay(1ms), ++done; });
    });
    EXPECT_EQ(done, 10'000);
    EXPECT_EQ(r.most, 7);
  });
}

TEST_F(limited_group, tasks_that_add_others_do_not_wait_for_them) {
  coir::testing::run([] {
    int ran = 0;
    coir::in_group({.most_at_once = 1}, [&](coir::group& g) {
      g.spawn([&] {
        for (int i = 0; i < 3; ++i) g.spawn([&] { ++ran; });
        coir::sleep_for(1s);
        EXPECT_EQ(ran, 0);
      });
    });
    EXPECT_EQ(ran, 3);
  });
}

TEST_F(group_start, returns_what_the_task_says_when_it_is_ready) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool served = false;
    coir::in_group([&](coir::group& g) {
      const int port = g.start<int>({.name = "server"}, [&](coir::readiness<int>& ready) {
        coir::sleep_for(1s);
        ready(8080);
        coir::sleep_for(1s);
        served = true;
      });
      EXPECT_EQ(port, 8080);
      EXPECT_EQ(coir::now(), start + 1s);
      EXPECT_FALSE(served);
      EXPECT_EQ(g.size(), 1U);
      g.start([](auto& ready) { ready(); });
      EXPECT_EQ(*g.start<std::unique_ptr<int>>([](auto& ready) { ready(std::make_unique<int>(3)); }), 3);
      g.start([owned = std::make_unique<int>(1)](coir::readiness<>& ready) { ready(), coir::yield(); });
    });
    EXPECT_TRUE(served);
  });
}

TEST_F(group_start, throws_what_the_task_has_ended_by_and_the_group_goes_on) {
  coir::testing::run([] {
    bool sibling = false;
    coir::in_group([&](coir::group& g) {
      g.spawn([&] { coir::sleep_for(5s), sibling = true; });
      EXPECT_EQ(text_of<std::runtime_error>([&] {
                  g.start([c = counted(1)](coir::readiness<>&) {
                    coir::sleep_for(1s);
                    throw std::runtime_error("port in use");
                  });
                }),
                "port in use");
      EXPECT_EQ(counted::live(), 0);
      coir::sleep_for(1s);
    });
    EXPECT_TRUE(sibling);
  });
}

TEST_F(group_start, of_a_task_that_is_never_ready_is_an_error_that_says_so) {
  coir::testing::run([] {
    coir::in_group([](coir::group& g) {
      EXPECT_TRUE(names(text_of<std::logic_error>([&] { g.start([](coir::readiness<>&) { coir::sleep_for(1s); }); }), "ready"));
      EXPECT_TRUE(names(text_of<std::logic_error>([&] { (void)g.start<int>([](coir::readiness<int>&) {}); }), "ready"));
      coir::yield();
    });
  });
}

TEST_F(group_start, an_error_after_it_was_ready_is_the_groups) {
  coir::testing::run([] {
    EXPECT_EQ(text_of<std::runtime_error>([] {
                coir::in_group([](coir::group& g) {
                  EXPECT_EQ(g.start<int>([](auto& ready) {
                    ready(1);
                    throw std::runtime_error("later");
                  }),
                            1);
                  sleep_long();
                });
              }),
              "later");
  });
}

TEST_F(group_start, is_told_once) {
  coir::testing::run([] {
    coir::in_group([](coir::group& g) {
      EXPECT_EQ(g.start<int>([](auto& ready) {
        ready(1);
        EXPECT_TRUE(names(text_of<std::logic_error>([&] { ready(2); }), "readiness"));
      }),
                1);
    });
  });
}

TEST_F(group_start, whose_caller_is_cancelled_ends_the_task_first) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool ended = false;
    coir::in_group([&](coir::group& g) {
      EXPECT_FALSE(coir::move_on_after(1s, [&] {
        g.start([&](coir::readiness<>&) {
          reason_of(sleep_long);
          coir::shielded([] { coir::sleep_for(1s); });
          ended = true;
        });
      }));
      EXPECT_TRUE(ended);
      EXPECT_EQ(g.size(), 0U);
      EXPECT_EQ(coir::now(), start + 2s);
      coir::yield();
    });
  });
}

TEST_F(group_start, in_a_group_that_fails_ends) {
  coir::testing::run([] {
    EXPECT_EQ(text_of<std::runtime_error>([] {
                coir::in_group([](coir::group& g) {
                  g.spawn([] { coir::sleep_for(1s), throw std::runtime_error("sibling"); });
                  g.start([](coir::readiness<>&) { sleep_long(); });
                });
              }),
              "sibling");
  });
}

TEST_F(group_start, works_for_a_group_without_a_body_and_from_its_tasks) {
  coir::testing::run([] {
    coir::group g;
    int got = 0;
    g.spawn([&] { got = g.start<int>([](auto& ready) { coir::sleep_for(1s), ready(4), coir::yield(); }); });
    g.join();
    EXPECT_EQ(got, 4);
    auto starter = coir::spawn([&] { g.start([](coir::readiness<>&) { sleep_long(); }); });
    coir::yield(), coir::yield();
    g.cancel("no more");
    EXPECT_EQ(reason_of([&] { starter.get(); }), "no more");
    g.join();
  });
}

TEST_F(group_start, that_waits_for_room_is_ready_afterwards) {
  coir::testing::run([] {
    const auto start = coir::now();
    coir::in_group({.most_at_once = 1}, [&](coir::group& g) {
      g.spawn([] { coir::sleep_for(2s); });
      g.start([](auto& ready) { ready(); });
      EXPECT_EQ(coir::now(), start + 2s);
    });
  });
}

}  // namespace
