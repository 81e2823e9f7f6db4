// Who is whose parent, and which changes of it are refused.
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using parents = support::nothing_left;
using support::to_parent;

TEST_F(parents, are_the_fibers_that_were_current_at_the_making) {
  const coir::fiber me = coir::fiber::current();
  coir::fiber outer([&] {
    const coir::fiber inner([] {});
    EXPECT_TRUE(inner.parent() == coir::fiber::current());
    EXPECT_FALSE(inner.parent() == me);
  });
  EXPECT_TRUE(outer.parent() == me);
  outer.switch_to();
  EXPECT_TRUE(outer.parent() == me) << "a dead fiber still has its parent";
}

TEST_F(parents, are_missing_for_a_threads_own_fiber_and_the_empty_handle) {
  EXPECT_TRUE(coir::fiber::current().parent() == coir::fiber());
  EXPECT_TRUE(coir::fiber().parent() == coir::fiber());
  std::thread([] { EXPECT_TRUE(coir::fiber::current().parent() == coir::fiber()); }).join();
}

TEST_F(parents, are_kept_alive_by_their_children) {
  coir::fiber child([] { return 1; });
  {
    coir::fiber parent([](int n) { return n + 1; });
    child.set_parent(parent);
  }
  EXPECT_EQ(child.switch_to<int>(), 2);
}

TEST_F(parents, may_be_changed_before_the_start_while_suspended_and_after_the_end) {
  const coir::fiber me = coir::fiber::current();
  coir::fiber other([] {});
  coir::fiber f([] { to_parent(); });
  f.set_parent(other);
  EXPECT_TRUE(f.parent() == other);
  f.set_parent(me);
  f.switch_to();
  f.set_parent(other);
  EXPECT_TRUE(f.parent() == other);
  f.set_parent(me);
  f.switch_to();
  ASSERT_TRUE(f.is_dead());
  f.set_parent(other);
  EXPECT_TRUE(f.parent() == other);
}

TEST_F(parents, may_be_changed_by_the_fiber_itself) {
  coir::fiber heir([](int n) { return n * 2; });
  coir::fiber f([&] {
    coir::fiber::current().set_parent(heir);
    return 21;
  });
  EXPECT_EQ(f.switch_to<int>(), 42);
}

TEST_F(parents, may_be_set_to_the_same_again) {
  coir::fiber f([] { return 1; });
  f.set_parent(f.parent());
  f.set_parent(coir::fiber::current());
  EXPECT_EQ(f.switch_to<int>(), 1);
}

TEST_F(parents, that_are_the_fiber_itself_are_refused) {
  coir::fiber f([] { return 1; });
  EXPECT_THROW(f.set_parent(f), std::invalid_argument);
  EXPECT_TRUE(f.parent() == coir::fiber::current());
  EXPECT_EQ(f.switch_to<int>(), 1);
}

TEST_F(parents, that_close_a_cycle_of_two_are_refused) {
  coir::fiber a([] {});
  coir::fiber b([] {});
  a.set_parent(b);
  EXPECT_THROW(b.set_parent(a), std::invalid_argument);
  EXPECT_TRUE(a.parent() == b);
  EXPECT_TRUE(b.parent() == coir::fiber::current());
}

TEST_F(parents, that_close_a_cycle_of_three_are_refused) {
  coir::fiber a([] {}), b([] {}), c([] {});
  a.set_parent(b);
  b.set_parent(c);
  EXPECT_THROW(c.set_parent(a), std::invalid_argument);
  EXPECT_TRUE(a.parent() == b);
  EXPECT_TRUE(b.parent() == c);
  EXPECT_TRUE(c.parent() == coir::fiber::current());
}

TEST_F(parents, that_close_a_cycle_through_dead_fibers_are_refused) {
  coir::fiber a([] {}), b([] {});
  a.set_parent(b);
  a.throw_to();
  ASSERT_TRUE(a.is_dead());
  EXPECT_THROW(b.set_parent(a), std::invalid_argument);
}

TEST_F(parents, that_are_empty_are_refused) {
  coir::fiber f([] { return 1; });
  EXPECT_THROW(f.set_parent(coir::fiber()), std::invalid_argument);
  EXPECT_TRUE(f.parent() == coir::fiber::current());
}

TEST_F(parents, of_a_threads_own_fiber_are_refused) {
  coir::fiber f([] {});
  EXPECT_THROW(coir::fiber::current().set_parent(f), std::logic_error);
  EXPECT_THROW(coir::fiber::current().set_parent(coir::fiber::current()), std::logic_error);
  EXPECT_TRUE(coir::fiber::current().parent() == coir::fiber());
}

TEST_F(parents, on_another_thread_are_refused) {
  const coir::fiber me = coir::fiber::current();
  coir::fiber mine([] {});
  std::thread([&] {
    coir::fiber unstarted([] {});
    coir::fiber started([] { to_parent(); });
    started.switch_to();
    for (coir::fiber* f : {&unstarted, &started}) {
      EXPECT_THROW(f->set_parent(mine), std::logic_error);
      EXPECT_THROW(f->set_parent(me), std::logic_error);
      EXPECT_TRUE(f->parent() == coir::fiber::current());
    }
  }).join();
}

TEST_F(parents, may_be_assigned_to_the_handle_of_the_child) {
  const coir::fiber me = coir::fiber::current();
  coir::fiber f([] {});
  f = f.parent();
  EXPECT_TRUE(f == me);

  coir::fiber suspended([c = support::counted(1)] { to_parent(); });
  suspended.switch_to();
  suspended = suspended.parent();
  EXPECT_TRUE(suspended == me);
  EXPECT_EQ(support::counted::live(), 0);
}

TEST_F(parents, survive_the_release_of_the_only_handle_to_the_child) {
  coir::fiber chain([] {});
  for (int i = 0; i < 100; ++i) {
    coir::fiber next([c = support::counted(i)] {});
    next.set_parent(chain);
    chain = next;
  }
  EXPECT_EQ(support::counted::live(), 100);
  for (int i = 0; i < 50; ++i) chain = chain.parent();
  EXPECT_EQ(support::counted::live(), 50);
}

TEST_F(parents, in_a_long_chain_are_released_without_recursion) {
  coir::fiber chain([] {});
  for (int i = 0; i < 3'000; ++i) {
    coir::fiber next([c = support::counted(i)] {});
    next.set_parent(chain);
    chain = std::move(next);
  }
  // A stack that 3,000 nested calls would not fit on.
  coir::fiber dropper({.stack_size = 64 * 1024}, [&] { chain = coir::fiber(); });
  dropper.switch_to();
  EXPECT_TRUE(dropper.is_dead());
  EXPECT_EQ(support::counted::live(), 0);
}

}  // namespace
