// greenlet's test_greenlet.py and test_stack_saved.py: looking into the stack of a suspended fiber.
#include <functional>
#include <vector>

#include "dumped.hpp"
#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_greenlet = support::nothing_left;
using greenlet_stack_saved = support::nothing_left;

// Where the caller of the function that asks goes on: what a backtrace shows of it.
[[gnu::always_inline]] inline void* caller() { return __builtin_return_address(0); }

// Keeps a call from becoming a jump, which leaves no frame.
inline void not_the_last() { asm volatile("" ::: "memory"); }

[[gnu::noinline]] void waits_here(void*& returns_to) {
  returns_to = caller();
  to_parent();
  not_the_last();
}

[[gnu::noinline]] void inner(void*& in_inner, void*& in_outer) {
  in_outer = caller();
  waits_here(in_inner);
  not_the_last();
}

// Something else runs in between, and leaves nothing of theirs in registers or on this stack.
void run_unrelated() {
  volatile char large[4096];
  for (volatile char& c : large) c = 'x';
  fiber([] {}).switch_to();
}

TEST_F(greenlet_greenlet, test_frame) {
  void* in_body = nullptr;
  const fiber g({.name = "g"}, [&] {
    waits_here(in_body);
    return std::string("meaning of life");
  });
  EXPECT_TRUE(dumped("g").calls.empty()) << "not started";
  g.switch_to();
  const dumped suspended("g");
  EXPECT_EQ(suspended.count(in_body), 1);
  EXPECT_TRUE(names(suspended.line, "(suspended)"));
  EXPECT_EQ(suspended.count(caller()), 0) << "nothing of this thread's stack is below the body";
  EXPECT_LE(suspended.calls.size(), 12U) << "some of the switch, the body, and how it was called";
  EXPECT_EQ(g.switch_to<std::string>(), "meaning of life");
  EXPECT_EQ(dumped("g").line, "") << "dead";
}

TEST_F(greenlet_greenlet, test_can_access_f_back_of_suspended_greenlet) {
  void* in_inner = nullptr;
  void* in_outer = nullptr;
  const fiber hub({.name = "hub"}, [&] { inner(in_inner, in_outer); });
  hub.switch_to();
  run_unrelated();
  const dumped d("hub");
  EXPECT_EQ(d.count(in_inner), 1);
  EXPECT_EQ(d.count(in_outer), 1);
  EXPECT_EQ(d.depth(in_outer), d.depth(in_inner) + 1) << "its caller";
}

TEST_F(greenlet_greenlet, test_get_stack_with_nested_c_calls) {
  std::vector<void*> callers;
  std::function<int(int)> recurse = [&](int v) {
    callers.push_back(caller());
    if (v == 0) return to_parent<int>();
    const int below = recurse(v - 1);
    not_the_last();
    return v * below;
  };
  const fiber g({.name = "g"}, [&] { return recurse(5); });
  g.switch_to();
  ASSERT_EQ(callers.size(), 6U);
  run_unrelated();
  const dumped d("g");
  for (void* c : callers) EXPECT_EQ(d.count(c), std::ranges::count(callers, c));
  EXPECT_LT(d.depth(callers[5]), d.depth(callers[0])) << "from the innermost out";
  EXPECT_EQ(g.switch_to<int>(10), 1200);
}

TEST_F(greenlet_greenlet, test_frames_always_exposed) {
  void* in_inner = nullptr;
  void* in_outer = nullptr;
  const fiber g({.name = "g"}, [&] { inner(in_inner, in_outer); });
  g.switch_to();
  const auto at_once = dumped("g").calls;
  run_unrelated();
  EXPECT_EQ(dumped("g").count(in_outer), 1);
  EXPECT_EQ(dumped("g").calls.size(), at_once.size());
  EXPECT_EQ(dumped("g").calls.back(), at_once.back());
}

TEST_F(greenlet_stack_saved, test_stack_saved) {
  fiber::current().set_name("main");
  unsigned long of_main = 1;
  const fiber g({.name = "g"}, [&] {
    of_main = dumped("main").stack_used();
    to_parent();
  });
  g.switch_to();
  EXPECT_EQ(of_main, 0U) << "a thread's own stack is not coir's";
  EXPECT_GT(dumped("g").stack_used(), 0U);
  EXPECT_LT(dumped("g").stack_used(), 16'384U);
  g.switch_to();
  EXPECT_EQ(dumped("g").stack_used(), 0U);
  fiber::current().set_name("");
}

}  // namespace
