// greenlet's test_contextvars.py.
#include <latch>
#include <map>
#include <optional>
#include <type_traits>
#include <vector>

#include "shared.hpp"

namespace {

using namespace parity;
using coir::context;

class greenlet_contextvars : public support::nothing_left {
 protected:
  ~greenlet_contextvars() override { fiber::current().set_context(context()); }

  enum class propagated { by_run, by_setting, not_at_all, by_sharing };

  // Four fibers that set the variable to their own number and count what they read, twice each.
  void check(propagated how) {
    fiber::current().set_context(context());
    id.set(0);
    const context mine = context::current();
    std::map<int, int> counts;
    std::vector<fiber> fibers;
    for (int i = 1; i < 5; ++i) {
      const auto increments = [&, i] {
        const std::optional<int> expected = how == propagated::by_sharing     ? i - 1
                                            : how == propagated::not_at_all ? std::nullopt
                                                                            : std::optional(0);
        EXPECT_EQ(id.get(), expected);
        id.set(i);
        for (int k = 0; k < 2; ++k) {
          ++counts[id.get().value_or(-1)];
          to_parent();
        }
      };
      if (how == propagated::by_run)
        fibers.emplace_back([increments, copy = mine.copy()] { copy.run(increments); });
      else
        fibers.emplace_back(increments);
      if (how == propagated::by_setting) fibers.back().set_context(mine.copy());
      if (how == propagated::by_sharing) fibers.back().set_context(mine);
    }
    for (int round = 0; round < 2; ++round) {
      ++counts[id.get().value_or(-1)];
      for (const fiber& f : fibers) f.switch_to();
    }
    for (const fiber& f : fibers) f.switch_to();
    for (const fiber& f : fibers) {
      EXPECT_TRUE(f.is_dead());
      EXPECT_EQ(f.context().size(), how == propagated::by_run ? 0U : 1U) << "what it had when it ended";
    }
    if (how == propagated::by_sharing)
      EXPECT_EQ(counts, (std::map<int, int>{{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 6}}));
    else
      EXPECT_EQ(counts, (std::map<int, int>{{0, 2}, {1, 2}, {2, 2}, {3, 2}, {4, 2}}));
  }

  coir::context_var<std::optional<int>> id{"id"};
};

TEST_F(greenlet_contextvars, test_context_propagated_by_context_run) { check(propagated::by_run); }
TEST_F(greenlet_contextvars, test_context_propagated_by_setting_attribute) { check(propagated::by_setting); }
TEST_F(greenlet_contextvars, test_context_not_propagated) { check(propagated::not_at_all); }
TEST_F(greenlet_contextvars, test_context_shared) { check(propagated::by_sharing); }

// greenlet's fibers share the thread's stack of contexts, and must leave them in order. Here each has its own.
TEST_F(greenlet_contextvars, test_break_ctxvars) {
  id.set(0);
  const auto runs = [&](int number) {
    return fiber([&, number, inside = context()] {
      id.set(-number);
      inside.run([&] {
        id.set(number);
        to_parent();
        EXPECT_EQ(id.get(), number);
      });
      EXPECT_EQ(id.get(), -number);
    });
  };
  const fiber f1 = runs(1);
  const fiber f2 = runs(2);
  f1.switch_to();
  f2.switch_to();
  EXPECT_EQ(id.get(), 0);
  f1.switch_to();
  EXPECT_EQ(id.get(), 0);
  f2.switch_to();
  EXPECT_EQ(id.get(), 0);
  EXPECT_TRUE(f1.is_dead());
  EXPECT_TRUE(f2.is_dead());
}

TEST_F(greenlet_contextvars, test_not_broken_if_using_attribute_instead_of_context_run) {
  id.set(0);
  const auto waits = [&](int number) {
    fiber f([&, number] {
      id.set(number);
      to_parent();
      EXPECT_EQ(id.get(), number);
    });
    f.set_context(context::current().copy());
    return f;
  };
  const fiber f1 = waits(1);
  const fiber f2 = waits(2);
  for (const fiber& f : {f1, f2, f1, f2}) f.switch_to();
  EXPECT_TRUE(f1.is_dead());
  EXPECT_TRUE(f2.is_dead());
  EXPECT_EQ(id.get(), 0);
}

TEST_F(greenlet_contextvars, test_context_assignment_while_running) {
  const auto token = std::make_shared<int>(1);
  const coir::context_var<std::shared_ptr<int>> var("var");
  {
    const fiber f([&] {
      const fiber& self = fiber::current();
      EXPECT_EQ(id.get(), std::nullopt);
      EXPECT_EQ(self.context().size(), 0U);
      id.set(1);
      var.set(token);
      const context old = self.context();
      EXPECT_EQ(*id.get(old), 1);
      self.set_context(context());  // an empty one, while it runs
      EXPECT_EQ(id.get(), std::nullopt);
      EXPECT_FALSE(self.context() == old);
      id.set(2);
      EXPECT_EQ(*id.get(self.context()), 2);
      EXPECT_EQ(*id.get(old), 1);
      const context now = self.context();
      to_parent(old, now);
      EXPECT_EQ(id.get(), 1) << "the parent has set it back";
      self.set_context(now);
      EXPECT_EQ(id.get(), 2);
      to_parent();
      EXPECT_EQ(id.get(), std::nullopt) << "the parent has set an empty one";
      self.set_context(old);
      EXPECT_EQ(id.get(), 1);
      to_parent();
      EXPECT_EQ(id.get(), std::nullopt);
    });
    EXPECT_EQ(f.context().size(), 0U);
    const auto [old, now] = f.switch_to<std::tuple<context, context>>();
    EXPECT_TRUE(f.context() == now);
    EXPECT_EQ(now.run([&] { return id.get(); }), 2);
    EXPECT_EQ(id.get(), std::nullopt) << "this fiber's is another";
    f.set_context(old);
    f.switch_to();
    EXPECT_TRUE(f.context() == now);
    f.set_context(context());
    f.switch_to();
    EXPECT_TRUE(f.context() == old);
    f.set_context(context());
    f.switch_to();
    EXPECT_TRUE(f.is_dead());
    EXPECT_EQ(f.context().size(), 0U);
    EXPECT_EQ(token.use_count(), 2) << "the one that `old` has is left";
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(greenlet_contextvars, test_context_assignment_different_thread) {
  std::latch runs(1), looked(1), suspended(1), looked_again(1);
  fiber theirs;
  context theirs_has;
  std::thread thread([&] {
    theirs = fiber({.name = "theirs"}, [&] {
      id.set(1);
      runs.count_down();
      looked.wait();
      id.set(2);
      to_parent();
      EXPECT_EQ(id.get(), 2);
      fiber::current().set_context(context());
    });
    theirs_has = theirs.context();
    theirs.switch_to();
    suspended.count_down();
    looked_again.wait();
    EXPECT_TRUE(theirs.context() == theirs_has);
    EXPECT_EQ(*id.get(theirs_has), 2);
    theirs.switch_to();
  });
  const auto refuses = [&] {
    EXPECT_TRUE(names(text_of<std::logic_error>([&] { static_cast<void>(theirs.context()); }), "'theirs'", "thread"));
    EXPECT_TRUE(names(text_of<std::logic_error>([&] { theirs.set_context(context()); }), "'theirs'", "thread"));
  };
  runs.wait();
  refuses();
  looked.count_down();
  suspended.wait();
  refuses();  // greenlet allows this; here another thread's fiber might go on at any moment
  looked_again.count_down();
  thread.join();
  EXPECT_TRUE(theirs.is_dead());
  EXPECT_EQ(theirs.context().size(), 0U);
  theirs.set_context(theirs_has);
  EXPECT_TRUE(theirs.context() == theirs_has);
}

template <class T>
concept can_be_a_context = requires(const fiber& f, T c) { f.set_context(c); };

TEST_F(greenlet_contextvars, test_context_assignment_wrong_type) {
  static_assert(can_be_a_context<context>);
  static_assert(!can_be_a_context<std::nullptr_t>);
  static_assert(!can_be_a_context<fiber>);
}

}  // namespace
