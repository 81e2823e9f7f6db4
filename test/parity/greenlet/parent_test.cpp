// greenlet's test_greenlet.py, TestGreenletSetParentErrors: parents that cannot be.
#include <latch>
#include <type_traits>

#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_parent = support::nothing_left;

// What runs while a switch is prepared changes the parent to a fiber of a thread that has ended, or that runs.
struct reparents {
  const fiber& child;
  const fiber& parent;
  reparents(const fiber& c, const fiber& p) : child(c), parent(p) {}
  reparents(const reparents& other) : child(other.child), parent(other.parent) { child.set_parent(parent); }
};

TEST_F(greenlet_parent, test_threaded_reparent) {
  std::latch made(1);
  std::latch tried(1);
  fiber theirs;
  std::thread thread([&] {
    theirs = fiber({.name = "theirs"}, [] {});
    made.count_down();
    tried.wait();
  });
  made.wait();
  const fiber g({.name = "g"}, [] { to_parent(); });
  g.switch_to();
  const std::string text = text_of<std::logic_error>([&] { g.set_parent(theirs); });
  EXPECT_TRUE(names(text, "'g'", "'theirs'", "belongs to thread", "this is thread"));
  EXPECT_TRUE(g.parent() == fiber::current());
  tried.count_down();
  thread.join();
}

TEST_F(greenlet_parent, test_unexpected_reparenting) {
  fiber theirs;
  on_a_thread([&] {
    theirs = fiber([] {});
    theirs.switch_to();
  });
  fiber g;
  g = fiber([](const reparents&) { ADD_FAILURE() << "started"; });
  const reparents value(g, theirs);
  EXPECT_TRUE(names(text_of<std::logic_error>([&] { g.switch_to(value); }), "a thread that has ended"));
  EXPECT_FALSE(g);
  EXPECT_FALSE(g.is_dead());
  EXPECT_TRUE(g.parent() == fiber::current());
}

TEST_F(greenlet_parent, test_unexpected_reparenting_thread_running) {
  fiber theirs;
  std::latch made(1);
  std::latch tried(1);
  std::thread thread([&] {
    theirs = fiber([] {});
    theirs.switch_to();
    made.count_down();
    tried.wait();
  });
  made.wait();
  fiber g;
  g = fiber({.name = "g"}, [](const reparents&) { ADD_FAILURE() << "started"; });
  const reparents value(g, theirs);
  const std::string text = text_of<std::logic_error>([&] { g.switch_to(value); });
  EXPECT_TRUE(names(text, "'g'", "belongs to thread", "this is thread"));
  EXPECT_EQ(text.find("has ended"), std::string::npos) << text;
  EXPECT_FALSE(g.is_dead());
  tried.count_down();
  thread.join();
}

TEST_F(greenlet_parent, test_cannot_delete_parent) {
  const fiber g({.name = "g"}, [] {});
  EXPECT_TRUE(names(text_of<std::invalid_argument>([&] { g.set_parent(fiber()); }), "'g'", "cannot be empty"));
  EXPECT_TRUE(g.parent() == fiber::current());
}

TEST_F(greenlet_parent, test_cannot_delete_parent_of_main) {
  EXPECT_THROW(fiber::current().set_parent(fiber()), std::logic_error);
}

TEST_F(greenlet_parent, test_main_greenlet_parent_is_none) { EXPECT_TRUE(fiber::current().parent() == fiber()); }

template <class T>
concept can_be_a_parent = requires(const fiber& f, T p) { f.set_parent(p); };

TEST_F(greenlet_parent, test_set_parent_wrong_types) {
  static_assert(can_be_a_parent<fiber>);
  static_assert(!can_be_a_parent<std::nullptr_t>);
  static_assert(!can_be_a_parent<int>);
  static_assert(!can_be_a_parent<const char*>);
}

TEST_F(greenlet_parent, test_trivial_cycle) {
  const fiber g({.name = "g"}, [] {});
  EXPECT_TRUE(names(text_of<std::invalid_argument>([&] { g.set_parent(g); }), "'g'", "cycle"));
  EXPECT_TRUE(g.parent() == fiber::current());
}

TEST_F(greenlet_parent, test_trivial_cycle_main) {
  const fiber& main = fiber::current();
  EXPECT_TRUE(names(text_of<std::logic_error>([&] { main.set_parent(main); }), "main fiber", "cannot have one"));
  EXPECT_TRUE(main.parent() == fiber());
}

TEST_F(greenlet_parent, test_deeper_cycle) {
  const fiber g1([] {});
  const fiber g2([] {});
  const fiber g3([] {});
  g1.set_parent(g2);
  g2.set_parent(g3);
  EXPECT_TRUE(names(text_of<std::invalid_argument>([&] { g3.set_parent(g1); }), "cycle"));
  EXPECT_TRUE(g1.parent() == g2);
  EXPECT_TRUE(g2.parent() == g3);
  EXPECT_TRUE(g3.parent() == fiber::current());
}

}  // namespace
