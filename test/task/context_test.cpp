// The context variables that a task begins with.
#include <chrono>
#include <string>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;

class task_context : public support::nothing_left {
 protected:
  void SetUp() override { coir::fiber::current().set_context(coir::context()); }
};

coir::context_var<std::string> user("user", "nobody");

TEST_F(task_context, is_a_copy_of_the_spawners) {
  coir::testing::run([] {
    user.set("anna");
    auto t = coir::spawn([] { return user.get(); });
    user.set("bert");
    EXPECT_EQ(t.get(), "anna") << "as it was at the spawn";
    EXPECT_EQ(user.get(), "bert");
  });
}

TEST_F(task_context, changes_for_the_task_alone) {
  coir::testing::run([] {
    user.set("anna");
    auto t = coir::spawn([] {
      user.set("carla");
      coir::sleep_for(1s);
      return user.get();
    });
    coir::sleep_for(500ms);
    EXPECT_EQ(user.get(), "anna");
    user.set("dora");
    EXPECT_EQ(t.get(), "carla");
  });
}

TEST_F(task_context, goes_on_from_task_to_task) {
  coir::testing::run([] {
    auto t = coir::spawn([] {
      user.set("anna");
      return coir::spawn_now([] { return coir::spawn([] { return user.get(); }).get(); }).get();
    });
    EXPECT_EQ(t.get(), "anna");
  });
}

TEST_F(task_context, spawned_by_a_generator_is_its_steppers) {
  coir::testing::run([] {
    user.set("anna");
    coir::generator<std::string> g([](auto& y) { y(coir::spawn([] { return user.get(); }).get()); });
    EXPECT_EQ(g.next(), "anna");
  });
}

TEST_F(task_context, spawned_by_a_fiber_is_that_fibers) {
  coir::testing::run([] {
    user.set("anna");
    coir::fiber f([] {
      user.set("emil");
      return coir::spawn([] { return user.get(); }).get();
    });
    EXPECT_EQ(f.switch_to<std::string>(), "emil");
    EXPECT_EQ(user.get(), "anna");
  });
}

TEST_F(task_context, is_empty_where_nothing_was_set) {
  coir::testing::run([] { EXPECT_EQ(coir::spawn([] { return user.get(); }).get(), "nobody"); });
}

}  // namespace
