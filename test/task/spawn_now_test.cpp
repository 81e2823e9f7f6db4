// spawn_now: the task runs at once, and the spawner goes on when it first waits.
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <coir/coir.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using spawn_now = support::nothing_left;
using order = std::vector<std::string>;

TEST_F(spawn_now, has_run_to_its_end_when_nothing_is_to_wait_for) {
  coir::testing::run([] {
    const auto t = coir::spawn_now([] { return 7; });
    EXPECT_TRUE(t.is_done());
    EXPECT_EQ(t.get(), 7);
  });
}

TEST_F(spawn_now, goes_on_with_the_spawner_before_all_others) {
  order said;
  coir::testing::run([&] {
    const auto other = coir::spawn([&] { said.emplace_back("other"); });
    const auto t = coir::spawn_now([&] {
      said.emplace_back("begin");
      coir::yield();
      said.emplace_back("end");
    });
    said.emplace_back("spawner");
    t.join();
    other.join();
  });
  EXPECT_EQ(said, (order{"begin", "spawner", "other", "end"}));
}

TEST_F(spawn_now, keeps_an_error_for_who_asks) {
  coir::testing::run([] {
    const auto t = coir::spawn_now([] { throw std::runtime_error("early"); });
    EXPECT_TRUE(t.is_done());
    EXPECT_THROW(t.get(), std::runtime_error);
  });
}

TEST_F(spawn_now, nests_as_a_tree) {
  struct tree {
    static int leaves(int depth) {
      if (depth == 0) return 1;
      int sum = 0;
      for (int i = 0; i < 3; ++i) sum += coir::spawn_now([=] { return leaves(depth - 1); }).get();
      return sum;
    }
  };
  coir::testing::run([] { EXPECT_EQ(tree::leaves(6), 729); });
}

TEST_F(spawn_now, is_cancelled_as_any_task) {
  bool was_cancelled = false;
  coir::testing::run([&] {
    auto t = coir::spawn_now([&] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        was_cancelled = true;
        throw;
      }
    });
    t.cancel("enough");
    t.join();
  });
  EXPECT_TRUE(was_cancelled);
}

TEST_F(spawn_now, by_a_cancelled_task_still_runs_and_the_next_wait_throws) {
  int ran = 0;
  coir::testing::run([&] {
    auto t = coir::spawn([&] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled&) {
        coir::spawn_now([&] { ++ran; });
        EXPECT_THROW(coir::yield(), coir::cancelled);
        throw;
      }
    });
    coir::yield();
    t.cancel("enough");
    t.join();
  });
  EXPECT_EQ(ran, 1);
}

TEST_F(spawn_now, acts_on_its_own_behalf) {
  coir::testing::run([] {
    auto spawner = coir::spawn([] {
      const auto child = coir::spawn_now([] { coir::sleep_for(2s); });
      EXPECT_THROW(coir::sleep_for(1h), coir::cancelled) << "the spawner is cancelled, not its child";
      coir::shielded([&] { child.join(); });
      child.get();
    });
    coir::yield();
    spawner.cancel("spawner only");
    spawner.join();
  });
}

TEST_F(spawn_now, in_a_handler_keeps_the_exception) {
  coir::testing::run([] {
    try {
      throw std::runtime_error("outer");
    } catch (const std::runtime_error&) {
      const auto t = coir::spawn_now([] {
        EXPECT_EQ(std::current_exception(), nullptr);
        coir::yield();
      });
      t.join();
      EXPECT_THROW(throw, std::runtime_error);
    }
  });
}

TEST_F(spawn_now, outside_of_run_is_an_error_that_names_it) {
  try {
    coir::spawn_now([] {});
    ADD_FAILURE() << "no error";
  } catch (const std::logic_error& e) {
    EXPECT_NE(std::string(e.what()).find("spawn_now"), std::string::npos) << e.what();
  }
}

}  // namespace
