// greenlet's test_interpreter_shutdown.py: the end of a process that has fibers, each in a process of its own.
//
// What Python's interpreter does at its end, exit(3) does here, in this order: thread_locals of the calling
// thread, with which coir unwinds its fibers; then exit handlers and destructors of statics, the latest first.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <optional>

#include "shared.hpp"

namespace {

using namespace parity;
using coir::to_string;
using testing::ExitedWithCode;
using greenlet_shutdown = support::nothing_left;

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  std::fflush(stderr);
}

// What a process has that a test looks at from the outside. Made first, it goes last.
struct process {
  std::deque<fiber> fibers;
  int unwound = 0;
  std::function<void()> at_end;

  static process& its() {
    static process only;
    return only;
  }
  ~process() {
    if (at_end) at_end();
  }

  // Fibers that wait, in a static.
  void suspend(int many) {
    for (int i = 0; i < many; ++i) {
      fibers.emplace_back([this] {
        struct note {
          int& n;
          ~note() { ++n; }
        } const at_exit{unwound};
        to_parent();
      });
      fibers.back().switch_to();
    }
  }
  void tell_unwound_at_end() {
    at_end = [this] { say("unwound " + std::to_string(unwound)); };
  }
};

void use_fibers() {
  const fiber& current = fiber::current();
  say(current && current.parent() == fiber() ? "a valid main fiber" : "no valid main fiber");
  say("result " + std::to_string(fiber([](int n) { return n + 1; }).switch_to<int>(1)));
}

constexpr const char* used_well = "a valid main fiber\nresult 2\n";

// -- suspended fibers at the end -----------------------------------------------

void ends_with_suspended(int many) {
  process& p = process::its();
  p.suspend(many);
  p.tell_unwound_at_end();
  std::exit(0);
}

TEST_F(greenlet_shutdown, test_active_greenlet_at_shutdown_no_crash) {
  EXPECT_EXIT(ends_with_suspended(1), ExitedWithCode(0), "unwound 1\n");
}

TEST_F(greenlet_shutdown, test_multiple_active_greenlets_at_shutdown) {
  EXPECT_EXIT(ends_with_suspended(10), ExitedWithCode(0), "unwound 10\n");
}

TEST_F(greenlet_shutdown, test_nested_greenlets_at_shutdown) {
  EXPECT_EXIT(
      {
        process& p = process::its();
        p.fibers.emplace_back([&] {
          fiber([&] { p.suspend(1); }).switch_to();
          fiber inner([] { to_parent(); });
          inner.switch_to();
          to_parent(std::string("outer waits"));
        });
        say(p.fibers.front().switch_to<std::string>());
        p.tell_unwound_at_end();
        std::exit(0);
      },
      ExitedWithCode(0), "outer waits\nunwound 1\n");
}

TEST_F(greenlet_shutdown, test_threaded_greenlets_at_shutdown) {
  EXPECT_EXIT(
      {
        process& p = process::its();
        for (int i = 0; i < 3; ++i) on_a_thread([&] { p.suspend(1); });
        say("before " + std::to_string(p.unwound) + ", kept " + std::to_string(p.fibers.size()));
        p.tell_unwound_at_end();
        std::exit(0);
      },
      ExitedWithCode(0), "before 3, kept 3\nunwound 3\n");
}

// -- what runs when a thread or the process ends ---------------------------------

TEST_F(greenlet_shutdown, test_greenlet_cleanup_during_thread_exit) {
  words seen;
  on_a_thread([&] {
    static thread_local fiber f;
    f = fiber([&] {
      try {
        to_parent();
      } catch (const fiber_exit&) {
        seen.emplace_back("fiber_exit");
        throw;
      }
    });
    f.switch_to();
  });
  EXPECT_EQ(seen, words{"fiber_exit"});
}

TEST_F(greenlet_shutdown, test_finally_block_during_thread_exit) {
  fiber outlives;
  on_a_thread([&] { outlives = suspended_with(counted(1)); });
  EXPECT_EQ(counted::live(), 0) << "destructors ran";
  EXPECT_TRUE(outlives.is_dead());
}

TEST_F(greenlet_shutdown, test_many_greenlets_with_cleanup_at_shutdown) {
  EXPECT_EXIT(ends_with_suspended(50), ExitedWithCode(0), "unwound 50\n");
}

void nest(int depth) {
  std::optional<fiber> next;
  if (depth > 0) {
    next.emplace([depth] { nest(depth - 1); });
    next->switch_to();
  }
  struct note {
    ~note() { ++process::its().unwound; }
  } const at_exit;
  to_parent();
}

TEST_F(greenlet_shutdown, test_deeply_nested_greenlets_at_shutdown) {
  EXPECT_EXIT(
      {
        process& p = process::its();
        p.fibers.emplace_back([] { nest(10); });
        p.fibers.front().switch_to();
        p.tell_unwound_at_end();
        std::exit(0);
      },
      ExitedWithCode(0), "unwound 11\n");
}

TEST_F(greenlet_shutdown, test_greenlet_with_traceback_at_shutdown) {
  EXPECT_EXIT(
      {
        process& p = process::its();
        p.fibers.emplace_back([] {
          try {
            throw some_error();
          } catch (const some_error&) {
            try {
              to_parent();
            } catch (const fiber_exit&) {
              say("exit in a handler");
              throw;
            }
          }
        });
        p.fibers.front().switch_to();
        std::exit(0);
      },
      ExitedWithCode(0), "exit in a handler\n");
}

// -- exit handlers ----------------------------------------------------------------

template <class F>
[[noreturn]] void exits_with(void (*handler)(), F&& prepare) {
  process::its();
  fiber([] {}).switch_to();
  prepare();
  std::atexit(handler);
  std::exit(0);
}
[[noreturn]] void exits_with(void (*handler)()) {
  exits_with(handler, [] {});
}

TEST_F(greenlet_shutdown, test_getcurrent_during_atexit_no_crash) {
  EXPECT_EXIT(exits_with([] { say(fiber::current() ? "valid" : "not valid"); }), ExitedWithCode(0), "^valid\n");
}

TEST_F(greenlet_shutdown, test_gettrace_during_atexit_no_crash) {
  EXPECT_EXIT(exits_with([] { say(coir::get_tracer() ? "traced" : "not traced"); }), ExitedWithCode(0), "not traced\n");
}

TEST_F(greenlet_shutdown, test_settrace_during_atexit_no_crash) {
  EXPECT_EXIT(exits_with([] {
                static int switches = 0;
                coir::set_tracer([](auto&&...) { ++switches; });
                fiber([] {}).switch_to();
                coir::set_tracer({});
                say("traced " + std::to_string(switches));
              }),
              ExitedWithCode(0), "traced 2\n");
}

TEST_F(greenlet_shutdown, test_getcurrent_with_active_greenlets_during_atexit) {
  EXPECT_EXIT(exits_with(
                  [] {
                    say(fiber::current() ? "valid" : "not valid");
                    say("unwound " + std::to_string(process::its().unwound));
                  },
                  [] { process::its().suspend(5); }),
              ExitedWithCode(0), "^valid\nunwound 5\n");
}

TEST_F(greenlet_shutdown, test_greenlet_construction_during_atexit_no_crash) {
  EXPECT_EXIT(exits_with(use_fibers), ExitedWithCode(0), used_well);
}

TEST_F(greenlet_shutdown, test_greenlet_construction_with_active_greenlets_during_atexit) {
  EXPECT_EXIT(exits_with(
                  [] {
                    for (int i = 0; i < 5; ++i) use_fibers();
                    process::its().suspend(5);  // and these are left
                  },
                  [] { process::its().suspend(10); }),
              ExitedWithCode(0), used_well);
}

TEST_F(greenlet_shutdown, test_greenlet_construction_with_cross_thread_deleteme_during_atexit) {
  EXPECT_EXIT(exits_with(
                  [] {
                    use_fibers();
                    say("unwound " + std::to_string(process::its().unwound));
                  },
                  [] {
                    process& p = process::its();
                    p.suspend(20);
                    on_a_thread([&] { p.fibers.clear(); });
                    if (p.unwound != 0) say("the drop ran something");
                  }),
              ExitedWithCode(0), "^a valid main fiber\nresult 2\nunwound 20\n");
}

// -- after everything else ----------------------------------------------------------

// greenlet raises an error by then. Here fibers still work; what was there before is dead, and says so.
void uses_fibers_at_the_very_end(int suspended) {
  process& p = process::its();
  p.suspend(suspended);
  p.at_end = [&p, before = fiber::current()] {
    use_fibers();
    say(before == fiber::current() ? "the same main fiber" : "another main fiber");
    if (before.is_dead()) say("the one before is dead");
    say("unwound " + std::to_string(p.unwound));
  };
  std::exit(0);
}

TEST_F(greenlet_shutdown, test_getcurrent_returns_none_during_gc_finalization) {
  EXPECT_EXIT(uses_fibers_at_the_very_end(0), ExitedWithCode(0),
              "result 2\nanother main fiber\nthe one before is dead\nunwound 0\n");
}

TEST_F(greenlet_shutdown, test_getcurrent_returns_none_during_gc_finalization_with_active_greenlets) {
  EXPECT_EXIT(uses_fibers_at_the_very_end(10), ExitedWithCode(0),
              "result 2\nanother main fiber\nthe one before is dead\nunwound 10\n");
}

TEST_F(greenlet_shutdown, test_getcurrent_returns_none_during_gc_finalization_cross_thread) {
  EXPECT_EXIT(
      {
        process& p = process::its();
        on_a_thread([&] { p.suspend(20); });
        p.fibers.clear();
        uses_fibers_at_the_very_end(0);
      },
      ExitedWithCode(0), "result 2\nanother main fiber\nthe one before is dead\nunwound 20\n");
}

TEST_F(greenlet_shutdown, test_getcurrent_returns_none_during_atexit_phase) {
  EXPECT_EXIT(
      {
        std::atexit(use_fibers);  // before anything of coir's
        fiber([] {}).switch_to();
        std::exit(0);
      },
      ExitedWithCode(0), used_well);
}

TEST_F(greenlet_shutdown, test_getcurrent_returns_none_during_atexit_phase_with_active_greenlets) {
  EXPECT_EXIT(
      {
        std::atexit(use_fibers);
        process::its().suspend(10);
        std::exit(0);
      },
      ExitedWithCode(0), used_well);
}

extern "C" const void* c_current_late() { return &fiber::current(); }

TEST_F(greenlet_shutdown, test_api_getcurrent_no_system_error_at_module_gc_time) {
  EXPECT_EXIT(
      {
        process::its().at_end = [current = c_current_late] {
          say(*static_cast<const fiber*>(current()) ? "valid" : "not valid");
        };
        fiber([] {}).switch_to();
        std::exit(0);
      },
      ExitedWithCode(0), "^valid\n");
}

TEST_F(greenlet_shutdown, test_switch_no_error_at_module_gc_time) {
  EXPECT_EXIT(
      {
        process& p = process::its();
        p.suspend(1);
        p.fibers.emplace_back([] { say("started"); });
        p.at_end = [&p] {
          for (const fiber& f : p.fibers)
            say(text_of<bad_switch>([&] { f.switch_to(); }).find("a thread that has ended") != std::string::npos
                    ? "refused"
                    : "not refused");
        };
        std::exit(0);
      },
      ExitedWithCode(0), "^refused\nrefused\n");
}

}  // namespace
