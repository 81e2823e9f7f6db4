// A task that fails.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using task_error = support::nothing_left;
using support::counted;
using support::names;
using support::text_of;

void fail() { throw std::runtime_error("failed"); }

TEST_F(task_error, is_thrown_by_get_each_time) {
  coir::testing::run([] {
    auto t = coir::spawn(fail);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(text_of<std::runtime_error>([&] { t.get(); }), "failed");
  });
}

TEST_F(task_error, of_a_task_with_a_result_is_thrown_by_get) {
  coir::testing::run([] {
    auto t = coir::spawn([]() -> std::unique_ptr<int> {
      coir::sleep_for(1s);
      throw std::out_of_range("far");
    });
    EXPECT_EQ(text_of<std::out_of_range>([&] { (void)t.get(); }), "far");
    EXPECT_EQ(text_of<std::out_of_range>([&] { (void)t.get(); }), "far");
  });
}

TEST_F(task_error, of_any_type_is_thrown_by_get) {
  coir::testing::run([] {
    EXPECT_THROW(coir::spawn([] { throw 5; }).get(), int);
    EXPECT_THROW(coir::spawn([] { throw counted(1); }).get(), counted);
  });
}

TEST_F(task_error, is_never_thrown_by_join) {
  coir::testing::run([] {
    auto t = coir::spawn(fail);
    EXPECT_NO_THROW(t.join());
    EXPECT_NO_THROW(EXPECT_TRUE(t.join_for(1s)));
    EXPECT_TRUE(t.is_done());
    EXPECT_THROW(t.get(), std::runtime_error);
  });
}

TEST_F(task_error, of_one_does_not_disturb_the_others) {
  coir::testing::run([] {
    auto good = coir::spawn([] {
      coir::sleep_for(1s);
      return 1;
    });
    auto bad = coir::spawn(fail);
    EXPECT_THROW(bad.get(), std::runtime_error);
    EXPECT_EQ(good.get(), 1);
  });
}

TEST_F(task_error, that_nobody_retrieved_is_reported_once_with_name_and_place) {
  int line = 0;
  coir::testing::run([&] {
    auto t = coir::spawn({.name = "reader"}, fail);
    line = __LINE__ - 1;
    const auto copy = t;
    t.join();
    t = {};
    EXPECT_TRUE(unhandled.take().empty()) << "a handle is left";
  });
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "failed");
  EXPECT_TRUE(names(reports[0].origin, "task", "reader"));
  EXPECT_TRUE(names(reports[0].where, "error_test.cpp:" + std::to_string(line)));
}

TEST_F(task_error, of_a_nameless_task_is_reported_with_its_number_and_place) {
  int line = 0;
  coir::testing::run([&] {
    coir::spawn(fail);
    line = __LINE__ - 1;
    coir::yield();
  });
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(names(reports[0].origin, "task "));
  EXPECT_TRUE(names(reports[0].where, "error_test.cpp:" + std::to_string(line)));
}

TEST_F(task_error, of_a_detached_task_is_reported_when_it_happens) {
  coir::testing::run([&] {
    coir::spawn([] {
      coir::sleep_for(1s);
      fail();
    });
    coir::sleep_for(500ms);
    EXPECT_TRUE(unhandled.take().empty());
    coir::sleep_for(1s);
    EXPECT_EQ(unhandled.take().size(), 1U);
  });
}

TEST_F(task_error, that_was_retrieved_is_not_reported) {
  coir::testing::run([&] {
    {
      auto t = coir::spawn(fail);
      auto copy = t;
      EXPECT_THROW(t.get(), std::runtime_error);
    }
    EXPECT_TRUE(unhandled.take().empty());
  });
  EXPECT_TRUE(unhandled.take().empty());
}

TEST_F(task_error, seen_by_join_alone_counts_as_not_retrieved) {
  coir::testing::run([] { coir::spawn(fail).join(); });
  EXPECT_EQ(unhandled.take().size(), 1U);
}

TEST_F(task_error, of_each_of_many_is_reported) {
  coir::testing::run([] {
    for (int i = 0; i < 100; ++i) coir::spawn(fail);
    coir::yield();
  });
  EXPECT_EQ(unhandled.take().size(), 100U);
}

TEST_F(task_error, of_a_leftover_that_fails_while_it_is_cancelled_is_reported) {
  coir::testing::run([] {
    coir::spawn([] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        fail();
      }
    });
    coir::yield();
  });
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "failed");
}

TEST_F(task_error, is_the_same_object_for_everyone) {
  coir::testing::run([] {
    auto t = coir::spawn([] { throw counted(3); });
    const counted* first = nullptr;
    for (int i = 0; i < 2; ++i) {
      try {
        t.get();
      } catch (const counted& c) {
        EXPECT_EQ(c.value(), 3);
        if (first) {
          EXPECT_EQ(first, &c);
        }
        first = &c;
      }
    }
  });
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(task_error, out_of_an_explicit_fiber_passes_through_the_task) {
  coir::testing::run([] {
    auto t = coir::spawn([] {
      coir::fiber([] {
        coir::sleep_for(1s);
        fail();
      }).switch_to();
    });
    EXPECT_THROW(t.get(), std::runtime_error);
  });
}

TEST_F(task_error, thrown_by_the_copy_of_a_result_reaches_the_caller_of_get) {
  struct fragile {
    fragile() = default;
    fragile(fragile&&) = default;
    fragile(const fragile&) { throw std::runtime_error("no copy"); }
  };
  coir::testing::run([] {
    auto t = coir::spawn([] { return fragile(); });
    EXPECT_EQ(text_of<std::runtime_error>([&] { (void)t.get(); }), "no copy");
    t.join();
  });
}

}  // namespace
