// SIGINT while coir::run runs. What raises it for real does so in a process of its own, which it may end.
#include <coir/coir.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "emulator.hpp"
#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ExitedWithCode;
using testing::KilledBySignal;
using handler = void (*)(int);

constexpr const char* reason = "interrupted by SIGINT";

handler current_handler() {
  struct sigaction now {};
  ::sigaction(SIGINT, nullptr, &now);
  return now.sa_handler;
}

void a_handler(int) {}

// Whoever starts the tests may have it ignored, as a shell does for what runs in the background.
class sigint : public support::nothing_left {
 protected:
  ~sigint() override { ::signal(SIGINT, before_); }

  handler before_ = ::signal(SIGINT, SIG_DFL);
};

TEST_F(sigint, is_handled_while_main_runs_and_not_after) {
  coir::run([] { EXPECT_NE(current_handler(), SIG_DFL); });
  EXPECT_EQ(current_handler(), SIG_DFL);
  EXPECT_THROW(coir::run([] { throw 1; }), int);
  EXPECT_EQ(current_handler(), SIG_DFL);
}

TEST_F(sigint, is_left_alone_on_request) {
  coir::run({.handle_sigint = false}, [] { EXPECT_EQ(current_handler(), SIG_DFL); });
}

TEST_F(sigint, is_left_alone_by_a_loop) {
  coir::loop loop;
  loop.run([] { EXPECT_EQ(current_handler(), SIG_DFL); });
}

TEST_F(sigint, is_left_to_a_handler_of_the_programs) {
  ::signal(SIGINT, a_handler);
  coir::run([] { EXPECT_EQ(current_handler(), a_handler); });
  EXPECT_EQ(current_handler(), a_handler);
}

TEST_F(sigint, stays_ignored) {
  ::signal(SIGINT, SIG_IGN);
  coir::run([] {
    ::raise(SIGINT);
    coir::sleep_for(1ms);
  });
  EXPECT_EQ(current_handler(), SIG_IGN);
}

TEST_F(sigint, is_left_to_a_handler_that_main_installs) {
  coir::run([] { ::signal(SIGINT, a_handler); });
  EXPECT_EQ(current_handler(), a_handler);
}

TEST_F(sigint, belongs_to_the_run_of_the_first_thread) {
  std::thread([] { coir::run([] { EXPECT_EQ(current_handler(), SIG_DFL); }); }).join();
  coir::run([] {
    const handler ours = current_handler();
    std::thread([&] { coir::run([&] { EXPECT_EQ(current_handler(), ours); }); }).join();
    EXPECT_EQ(current_handler(), ours);
  });
}

class sigint_process : public sigint {
 protected:
  void SetUp() override {
    if (support::is_emulated()) GTEST_SKIP() << "an emulated process cannot start itself anew";
  }

  // Runs `body` as main of a process; exits with what it returns.
  template <class F>
  [[noreturn]] static void run(F&& body) {
    std::exit(coir::run(std::forward<F>(body)));
  }
};

int ends_by(const coir::cancelled& c) { return c.reason() == reason ? 7 : 8; }

TEST_F(sigint_process, cancels_main_at_its_next_blocking_call_and_at_those_after) {
  EXPECT_EXIT(run([] {
                ::raise(SIGINT);
                int met = 0;
                for (int i = 0; i < 3; ++i) try {
                    coir::sleep_for(1h);
                  } catch (const coir::cancelled& c) {
                    met += c.reason() == reason;
                  }
                return met;
              }),
              ExitedWithCode(3), "");
}

TEST_F(sigint_process, cancels_the_wait_that_main_is_in) {
  EXPECT_EXIT(run([] {
                std::thread other([] {
                  // Once main sleeps in the kernel: the first character of its state.
                  for (char state = 0; state != 'S';) {
                    std::FILE* f = std::fopen("/proc/self/stat", "r");
                    if (std::fscanf(f, "%*d %*s %c", &state) != 1) state = 0;
                    std::fclose(f);
                  }
                  ::kill(::getpid(), SIGINT);
                });
                try {
                  coir::sleep_for(1h);
                } catch (const coir::cancelled& c) {
                  other.join();
                  return ends_by(c);
                }
                return 1;
              }),
              ExitedWithCode(7), "");
}

TEST_F(sigint_process, that_another_thread_gets_cancels_main) {
  EXPECT_EXIT(run([] {
                std::thread other([] { ::raise(SIGINT); });
                try {
                  coir::sleep_for(1h);
                } catch (const coir::cancelled& c) {
                  other.join();
                  return ends_by(c);
                }
                return 1;
              }),
              ExitedWithCode(7), "");
}

TEST_F(sigint_process, cancels_a_main_that_yields_for_ever) {
  EXPECT_EXIT(run([] {
                coir::spawn([] {
                  for (;;) coir::yield();
                });
                ::raise(SIGINT);
                try {
                  for (;;) coir::yield();
                } catch (const coir::cancelled& c) {
                  return ends_by(c);
                }
              }),
              ExitedWithCode(7), "");
}

TEST_F(sigint_process, leaves_the_tasks_to_main) {
  EXPECT_EXIT(run([] {
                const auto t = coir::spawn([] {
                  coir::sleep_for(1ms);
                  return 9;
                });
                ::raise(SIGINT);
                try {
                  t.join();
                } catch (const coir::cancelled&) {
                }
                return coir::shielded([&] { return t.get(); });
              }),
              ExitedWithCode(9), "");
}

TEST_F(sigint_process, reaches_no_main_that_waits_no_more) {
  EXPECT_EXIT(run([] {
                ::raise(SIGINT);
                return 4;
              }),
              ExitedWithCode(4), "");
  EXPECT_EXIT(
      {
        coir::run([] { ::raise(SIGINT); });
        coir::run([] { coir::sleep_for(1ms); });
        std::exit(5);
      },
      ExitedWithCode(5), "")
      << "the next run's main is not meant";
}

TEST_F(sigint_process, again_ends_the_process_at_once) {
  EXPECT_EXIT(run([] {
                ::raise(SIGINT);
                ::raise(SIGINT);
                return 1;
              }),
              KilledBySignal(SIGINT), "");
}

TEST_F(sigint_process, without_the_option_ends_the_process_at_once) {
  EXPECT_EXIT(coir::run({.handle_sigint = false}, [] { ::raise(SIGINT); }), KilledBySignal(SIGINT), "");
}

struct says {
  const char* text;
  ~says() { std::fprintf(stderr, "%s\n", text); }
};

TEST_F(sigint_process, that_leaves_run_is_thrown_like_any_error) {
  EXPECT_EXIT(
      {
        try {
          coir::run([] {
            ::raise(SIGINT);
            coir::sleep_for(1h);
          });
        } catch (const coir::cancelled& c) {
          std::exit(ends_by(c));
        }
      },
      ExitedWithCode(7), "");
}

[[gnu::noinline]] void is_interrupted() {
  coir::run([] {
    const says mains{"main was unwound"};
    coir::spawn([] {
      const says tasks{"task was unwound"};
      coir::sleep_for(1h);
    });
    coir::yield();
    ::raise(SIGINT);
    coir::sleep_for(1h);
  });
}
// Like the end of a program's main. Two functions, for in one of them g++ takes a short cut to std::terminate.
[[gnu::noinline]] void without_a_catch() noexcept { is_interrupted(); }

TEST_F(sigint_process, that_nobody_catches_unwinds_all_and_ends_the_process_by_the_signal) {
  EXPECT_EXIT(without_a_catch(), KilledBySignal(SIGINT), "^main was unwound\ntask was unwound\n$");
}

TEST_F(sigint_process, in_a_forked_child_is_the_childs) {
  EXPECT_EXIT(run([] {
                const pid_t child = coir::fork_child([] {
                  ::raise(SIGINT);
                  try {
                    coir::sleep_for(1h);
                  } catch (const coir::cancelled& c) {
                    return ends_by(c);
                  }
                  return 1;
                });
                int status = 0;
                while (::waitpid(child, &status, 0) == -1 && errno == EINTR) continue;
                coir::sleep_for(1ms);  // main here was not cancelled
                return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
              }),
              ExitedWithCode(7), "");
}

}  // namespace
