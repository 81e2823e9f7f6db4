// The dump: every fiber of the process, and where the suspended ones are.
#include <algorithm>
#include <atomic>
#include <latch>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <execinfo.h>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using dumping = support::nothing_left;
using support::to_parent;

std::string dump() {
  std::ostringstream out;
  coir::dump(out);
  return out.str();
}

// The lines of the fiber of that name: what it is, then its calls.
std::vector<std::string> lines_of(const std::string& text, const std::string& name) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("      ", 0) == 0 && !found.empty())
      found.push_back(line);
    else if (!found.empty())
      break;
    else if (line.rfind("  ", 0) == 0 && line.find("'" + name + "' (") < 20)
      found.push_back(line);
  }
  return found;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

[[gnu::noinline]] int descend(int depth) {
  if (depth == 0) {
    to_parent();
    return 1;
  }
  const int below = descend(depth - 1);
  asm volatile("" ::: "memory");  // or the compiler makes a loop of it
  return below + (depth & 1);
}

TEST_F(dumping, names_states_and_parents) {
  const coir::fiber unstarted({.name = "unstarted"}, [] {});
  const coir::fiber suspended({.name = "suspended"}, [] { to_parent(); });
  suspended.switch_to();
  suspended.set_parent(unstarted);
  const coir::fiber dead({.name = "dead"}, [] {});
  dead.switch_to();
  std::string text;
  coir::fiber({.name = "asks"}, [&] { text = dump(); }).switch_to();
  ASSERT_EQ(lines_of(text, "unstarted").size(), 1U) << text;
  EXPECT_TRUE(contains(lines_of(text, "unstarted")[0], "(not started)")) << text;
  ASSERT_GT(lines_of(text, "suspended").size(), 1U) << text;
  EXPECT_TRUE(contains(lines_of(text, "suspended")[0], "(suspended), parent fiber 'unstarted'")) << text;
  EXPECT_TRUE(contains(lines_of(text, "suspended")[0], " bytes of stack")) << text;
  ASSERT_GT(lines_of(text, "asks").size(), 1U) << text;
  EXPECT_TRUE(contains(lines_of(text, "asks")[0], "(running)")) << text;
  EXPECT_TRUE(contains(text, "main fiber")) << text;
  EXPECT_TRUE(lines_of(text, "dead").empty()) << text;
}

TEST_F(dumping, shows_every_call_of_a_suspended_fiber_and_ends_at_its_bottom) {
  const coir::fiber shallow({.name = "shallow"}, [] { descend(0); });
  const coir::fiber deep({.name = "deep"}, [] { descend(10); });
  shallow.switch_to();
  deep.switch_to();
  const std::string text = dump();
  EXPECT_EQ(lines_of(text, "deep").size(), lines_of(text, "shallow").size() + 10) << text;
  EXPECT_LT(lines_of(text, "shallow").size(), 15U) << text;
}

TEST_F(dumping, leaves_the_fibers_as_they_were) {
  coir::fiber f({.name = "f"}, [](int n) {
    for (;;) n = to_parent<int>(n + 1);
  });
  EXPECT_EQ(f.switch_to<int>(1), 2);
  dump();  // from the first one on it waits in the machinery of dumps
  const auto lines = lines_of(dump(), "f");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(lines_of(dump(), "f"), lines) << "and the stack does not grow";
  EXPECT_EQ(f.switch_to<int>(5), 6);
  const auto later = lines_of(dump(), "f");
  EXPECT_EQ(later.size(), lines.size());
  EXPECT_EQ(f.switch_to<int>(6), 7);
}

TEST_F(dumping, finds_a_fiber_in_a_catch_block_and_keeps_its_exception) {
  bool right = false;
  const coir::fiber f({.name = "f"}, [&] {
    try {
      throw 5;
    } catch (int) {
      to_parent();
      try {
        throw;
      } catch (int n) {
        right = n == 5;
      }
    }
  });
  f.switch_to();
  EXPECT_GT(lines_of(dump(), "f").size(), 1U);
  EXPECT_EQ(std::current_exception(), nullptr);
  f.switch_to();
  EXPECT_TRUE(right);
}

TEST_F(dumping, asks_other_threads_that_make_switches) {
  std::atomic<bool> stop{false};
  std::latch ready(1);
  std::thread other([&] {
    const coir::fiber partner({.name = "partner"}, [] {
      for (;;) to_parent();
    });
    const coir::fiber still({.name = "still"}, [] { to_parent(); });
    still.switch_to();
    partner.switch_to();
    ready.count_down();
    while (!stop) partner.switch_to();
  });
  ready.wait();
  const std::string text = dump();
  stop = true;
  other.join();
  EXPECT_GT(lines_of(text, "still").size(), 1U) << text;
  EXPECT_FALSE(contains(text, "busy")) << text;
}

TEST_F(dumping, lists_the_fibers_of_a_busy_thread_without_their_calls) {
  std::latch ready(1);
  std::latch stop(1);
  std::thread other([&] {
    const coir::fiber still({.name = "still"}, [] { to_parent(); });
    still.switch_to();
    ready.count_down();
    stop.wait();
  });
  ready.wait();
  const std::string text = dump();
  stop.count_down();
  other.join();
  EXPECT_EQ(lines_of(text, "still").size(), 1U) << text;
  EXPECT_TRUE(contains(text, "busy")) << text;
  EXPECT_TRUE(lines_of(dump(), "still").empty());
}

TEST_F(dumping, says_so_where_a_stack_is_too_full_to_look) {
  const coir::fiber f({.stack_size = 16 * 1024, .name = "full"}, [] {
    volatile char use[8 * 1024];
    use[0] = 1;
    to_parent();
    EXPECT_EQ(use[0], 1);
  });
  f.switch_to();
  const auto lines = lines_of(dump(), "full");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(contains(lines[1], "no room")) << lines[1];
  f.switch_to();
}

TEST_F(dumping, backtraces_end_where_a_fiber_begins) {
  void* frame[100];
  int count = 0;
  coir::fiber([&] { count = ::backtrace(frame, 100); }).switch_to();
  EXPECT_GT(count, 1);
  EXPECT_LT(count, 12);
}

}  // namespace
