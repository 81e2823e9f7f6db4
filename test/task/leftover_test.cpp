// Tasks that still run when main returns: cancelled and joined, after main's locals are gone.
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using namespace std::chrono_literals;
using leftovers = support::nothing_left;
using support::counted;
using words = std::vector<std::string>;

TEST_F(leftovers, are_cancelled_and_joined) {
  bool cancelled = false;
  coir::testing::run([&] {
    coir::spawn([&] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        cancelled = true;
        throw;
      }
    });
    coir::yield();
  });
  EXPECT_TRUE(cancelled);
}

TEST_F(leftovers, that_never_ran_never_do) {
  bool ran = false;
  coir::testing::run([&] { coir::spawn([&ran, c = counted(1)] { ran = true; }); });
  EXPECT_FALSE(ran);
}

TEST_F(leftovers, are_joined_after_mains_locals_are_gone) {
  words order;
  struct note {
    words& order;
    const char* text;
    ~note() { order.push_back(text); }
  };
  coir::testing::run([&] {
    const note local{order, "main's local"};
    coir::spawn([&] {
      const note inner{order, "the task's local"};
      coir::sleep_for(1h);
    });
    coir::yield();
  });
  EXPECT_EQ(order, (words{"main's local", "the task's local"}));
}

TEST_F(leftovers, may_take_their_time) {
  bool done = false;
  coir::testing::run([&] {
    coir::spawn([&] {
      struct cleanup {
        bool& done;
        ~cleanup() {
          coir::sleep_for(10s);
          done = true;
        }
      } const at_end{done};
      coir::sleep_for(1h);
    });
    coir::yield();
  });
  EXPECT_TRUE(done);
}

TEST_F(leftovers, that_swallow_the_cancellation_are_waited_for) {
  int rounds = 0;
  coir::testing::run([&] {
    coir::spawn([&] {
      for (; rounds < 10; ++rounds) {
        try {
          coir::sleep_for(1h);
        } catch (const coir::cancelled&) {
        }
      }
    });
    coir::yield();
  });
  EXPECT_EQ(rounds, 10);
}

TEST_F(leftovers, that_spawn_while_they_die_leave_no_task_behind) {
  int started = 0;
  int ended = 0;
  coir::testing::run([&] {
    struct hydra {
      static void head(int depth, int& started, int& ended) {
        ++started;
        struct end {
          int& ended;
          ~end() { ++ended; }
        } const count{ended};
        try {
          coir::sleep_for(1h);
        } catch (const coir::cancelled&) {
          if (depth > 0)
            for (int i = 0; i < 2; ++i) coir::spawn([=, &started, &ended, c = counted(1)] { head(depth - 1, started, ended); });
          throw;
        }
      }
    };
    coir::spawn([&] { hydra::head(5, started, ended); });
    coir::yield();
  });
  EXPECT_GE(started, 1);
  EXPECT_EQ(started, ended);
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(leftovers, spawned_by_a_destructor_at_the_end_are_cancelled_as_well) {
  bool finished = false;
  coir::testing::run([&] {
    coir::spawn([&] {
      struct spawns {
        bool& finished;
        ~spawns() {
          coir::spawn([&f = finished] {
            coir::sleep_for(1h);
            f = true;
          });
        }
      } const at_end{finished};
      coir::sleep_for(1h);
    });
    coir::yield();
  });
  EXPECT_FALSE(finished);
}

TEST_F(leftovers, are_joined_when_main_throws) {
  bool unwound = false;
  EXPECT_THROW(coir::testing::run([&] {
                 coir::spawn([&] {
                   struct end {
                     bool& flag;
                     ~end() { flag = true; }
                   } const at_end{unwound};
                   coir::sleep_for(1h);
                 });
                 coir::yield();
                 throw std::runtime_error("main failed");
               }),
               std::runtime_error);
  EXPECT_TRUE(unwound);
}

TEST_F(leftovers, that_park_in_destructors_are_waited_for_when_main_throws) {
  bool done = false;
  EXPECT_THROW(coir::testing::run([&] {
                 coir::spawn([&] {
                   struct cleanup {
                     bool& flag;
                     ~cleanup() {
                       coir::sleep_for(10s);
                       flag = true;
                     }
                   } const at_end{done};
                   coir::sleep_for(1h);
                 });
                 coir::yield();
                 throw std::runtime_error("main failed");
               }),
               std::runtime_error);
  EXPECT_TRUE(done);
}

TEST_F(leftovers, do_not_harm_mains_result) {
  const std::string result = coir::testing::run([] {
    for (int i = 0; i < 10; ++i) coir::spawn([] { coir::sleep_for(1h); });
    coir::yield();
    return std::string("a result too long for the small buffer");
  });
  EXPECT_EQ(result, "a result too long for the small buffer");
}

TEST_F(leftovers, that_join_each_other_end_all) {
  coir::testing::run([] {
    std::vector<coir::task<>> tasks;
    tasks.push_back(coir::spawn([] { coir::sleep_for(1h); }));
    for (int i = 0; i < 5; ++i) tasks.push_back(coir::spawn([t = tasks.back()] { t.join(); }));
    coir::yield();
  });
}

TEST_F(leftovers, by_the_thousand_leave_nothing) {
  coir::testing::run([] {
    for (int i = 0; i < 1000; ++i) coir::spawn([c = counted(i)] { coir::sleep_for(1h); });
    coir::yield();
    EXPECT_EQ(counted::live(), 1000);
  });
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(leftovers, in_explicit_fibers_are_unwound_with_their_tasks) {
  coir::testing::run([] {
    coir::spawn([] {
      coir::fiber f([c = counted(1)] { coir::sleep_for(1h); });
      f.switch_to();
    });
    coir::spawn([] {
      coir::fiber f([c = counted(2)] { support::to_parent(); });
      f.switch_to();
      coir::sleep_for(1h);
    });
    coir::yield();
  });
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(leftovers, whose_handles_outlive_the_run_have_ended) {
  coir::task<int> left;
  coir::testing::run([&] {
    left = coir::spawn([] {
      coir::sleep_for(1h);
      return 1;
    });
    coir::yield();
  });
  EXPECT_TRUE(left.is_done());
  EXPECT_FALSE(left.cancel());
}

}  // namespace
