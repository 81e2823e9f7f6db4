// Destructors that park while their task is unwound: they simply wait.
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using namespace std::chrono_literals;
using unwinding = support::nothing_left;

// Sleeps in its destructor and notes whether anything was thrown at it.
struct slow_cleanup {
  bool& done;
  ~slow_cleanup() {
    const auto start = coir::now();
    coir::sleep_for(2s);
    coir::yield();
    done = coir::now() == start + 2s;
  }
};

TEST_F(unwinding, a_cancelled_task_lets_a_destructor_park) {
  coir::testing::run([] {
    bool done = false;
    auto t = coir::spawn([&] {
      const slow_cleanup cleanup{done};
      coir::sleep_for(1h);
    });
    coir::sleep_for(1s);
    const auto start = coir::now();
    t.cancel();
    t.join();
    EXPECT_TRUE(done);
    EXPECT_EQ(coir::now(), start + 2s);
  });
}

TEST_F(unwinding, a_failing_task_that_is_cancelled_meanwhile_lets_a_destructor_park) {
  coir::testing::run([] {
    bool done = false;
    auto t = coir::spawn([&] {
      const slow_cleanup cleanup{done};
      throw std::runtime_error("failed");
    });
    coir::sleep_for(1s);
    EXPECT_FALSE(done);
    t.cancel();
    EXPECT_THROW(t.get(), std::runtime_error);
    EXPECT_TRUE(done);
  });
}

TEST_F(unwinding, a_destructor_may_join_another_task) {
  coir::testing::run([] {
    struct joins {
      coir::task<> other;
      bool& done;
      ~joins() {
        other.join();
        done = true;
      }
    };
    bool done = false;
    auto other = coir::spawn([] { coir::sleep_for(5s); });
    auto t = coir::spawn([&] {
      const joins at_end{other, done};
      coir::sleep_for(1h);
    });
    coir::yield();
    t.cancel();
    t.join();
    EXPECT_TRUE(done);
    EXPECT_TRUE(other.is_done());
  });
}

TEST_F(unwinding, cancellation_is_back_once_the_unwinding_is_over) {
  coir::testing::run([] {
    bool done = false;
    bool again = false;
    auto t = coir::spawn([&] {
      try {
        const slow_cleanup cleanup{done};
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        EXPECT_TRUE(done);
      }
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        again = true;
      }
    });
    coir::yield();
    t.cancel();
    t.join();
    EXPECT_TRUE(again);
  });
}

TEST_F(unwinding, two_tasks_at_once_keep_their_exceptions_apart) {
  coir::testing::run([] {
    bool done[2] = {false, false};
    std::vector<std::string> caught(2);
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < 2; ++i)
      tasks.push_back(coir::spawn([&, i] {
        try {
          const slow_cleanup cleanup{done[i]};
          throw std::runtime_error(std::to_string(i));
        } catch (const std::runtime_error& e) {
          caught[static_cast<std::size_t>(i)] = e.what();
        }
        EXPECT_EQ(std::uncaught_exceptions(), 0);
      }));
    for (auto& t : tasks) t.join();
    EXPECT_EQ(caught, (std::vector<std::string>{"0", "1"}));
    EXPECT_TRUE(done[0] && done[1]);
  });
}

TEST_F(unwinding, a_dropped_explicit_fiber_lets_a_destructor_park_while_others_run) {
  coir::testing::run([] {
    bool done = false;
    int ticks = 0;
    coir::spawn([&] {
      for (;; ++ticks) coir::sleep_for(500ms);
    });
    coir::fiber f([&] {
      const slow_cleanup cleanup{done};
      support::to_parent();
    });
    f.switch_to();
    f = coir::fiber();
    EXPECT_TRUE(done) << "the drop returns when the fiber has been unwound";
    EXPECT_GE(ticks, 3);
  });
}

TEST_F(unwinding, a_handler_that_parks_is_no_unwinding) {
  coir::testing::run([] {
    bool thrown_again = false;
    auto t = coir::spawn([&] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        try {
          coir::sleep_for(1s);
        } catch (const coir::cancelled&) {
          thrown_again = true;
        }
        throw;
      }
    });
    coir::yield();
    t.cancel();
    t.join();
    EXPECT_TRUE(thrown_again);
  });
}

}  // namespace
