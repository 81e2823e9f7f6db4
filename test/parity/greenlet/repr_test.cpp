// greenlet's test_greenlet.py, TestRepr and TestMainGreenlet: how fibers are named, and a thread's own one.
#include <string>
#include <type_traits>

#include "shared.hpp"

namespace {

using namespace parity;
using coir::to_string;
using greenlet_repr = support::nothing_left;
using greenlet_main = support::nothing_left;

TEST_F(greenlet_repr, test_main_while_running) {
  const std::string text = to_string(fiber::current());
  EXPECT_TRUE(text.starts_with("main fiber ")) << text;
  EXPECT_TRUE(text.ends_with(" (running)")) << text;
}

TEST_F(greenlet_repr, test_main_in_background) {
  const fiber main = fiber::current();
  const fiber f([&] { return to_string(main); });
  const std::string text = f.switch_to<std::string>();
  EXPECT_TRUE(text.starts_with("main fiber ")) << text;
  EXPECT_TRUE(text.ends_with(" (suspended)")) << text;
}

TEST_F(greenlet_repr, test_initial) {
  EXPECT_EQ(to_string(fiber({.name = "g"}, [] {})), "fiber 'g' (not started)");
  EXPECT_EQ(to_string(fiber()), "no fiber");
}

TEST_F(greenlet_repr, test_main_from_other_thread) {
  const fiber main = fiber::current();
  fiber theirs;
  std::string seen_there;
  std::string own_there;
  on_a_thread([&] {
    theirs = fiber::current();
    theirs.set_name("theirs");
    seen_there = to_string(main);
    own_there = to_string(theirs);
  });
  EXPECT_TRUE(seen_there.ends_with(" (running)")) << "on its own thread: " << seen_there;
  EXPECT_EQ(own_there, "main fiber 'theirs' (running)");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(theirs.is_dead());
    EXPECT_EQ(to_string(theirs), "fiber 'theirs' (dead)");
    EXPECT_TRUE(names(text_of<bad_switch>([&] { theirs.switch_to(); }), "a thread that has ended"));
  }
}

TEST_F(greenlet_repr, test_dead) {
  const fiber g({.name = "g"}, [] {});
  g.switch_to();
  EXPECT_EQ(to_string(g), "fiber 'g' (dead)");
}

TEST_F(greenlet_main, test_main_greenlet_is_greenlet) {
  static_assert(std::is_same_v<decltype(fiber::current()), const fiber&>);
  const fiber main = fiber::current();
  EXPECT_TRUE(main);
  EXPECT_FALSE(main.is_dead());
  EXPECT_EQ(fiber([&] { main.switch_to(7); }).switch_to<int>(), 7) << "it can be switched to like any";
}

// A body belongs to its fiber alone: no handle gives it out, and it goes when it has run.
TEST_F(greenlet_main, test_greenlet_run) {
  struct body {
    counted c;
    void operator()() const { EXPECT_EQ(counted::live(), 1); }
  };
  const fiber g(body{counted(1)});
  EXPECT_EQ(counted::live(), 1);
  g.switch_to();
  EXPECT_EQ(counted::live(), 0);
  EXPECT_TRUE(g.is_dead());
}

}  // namespace
