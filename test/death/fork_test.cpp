// fork(2) in a process with fibers: the one that forks goes on, the others are not there.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coir/coir.hpp>

#include "sanitizer.hpp"

namespace {

using namespace std::chrono_literals;

struct outcome {
  int status = 0;
  std::string text;

  [[nodiscard]] int exit_code() const { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
  [[nodiscard]] int signal() const { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
};

// What a child prints to stderr, and how it ends. `start` forks, and returns the child's id in the parent.
outcome of_child(const std::function<pid_t()>& start) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const int before = ::dup(2);
  ::dup2(ends[1], 2);
  const pid_t child = start();
  ::dup2(before, 2);
  ::close(before);
  ::close(ends[1]);
  outcome o;
  char part[512];
  for (ssize_t n = 0; (n = ::read(ends[0], part, sizeof part)) > 0;) o.text.append(part, static_cast<std::size_t>(n));
  ::close(ends[0]);
  EXPECT_EQ(::waitpid(child, &o.status, 0), child);
  return o;
}

// A plain fork; the child leaves by _exit.
outcome forked(const std::function<int()>& in_child) {
  return of_child([&] {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(in_child());
    return child;
  });
}

void to_parent() { coir::fiber::current().parent().switch_to(); }

TEST(fork, lets_a_threads_own_fiber_go_on_and_switch_to_new_ones) {
  int n = 0;
  EXPECT_EQ(forked([&] {
              coir::fiber([&] { n = 5; }).switch_to();
              return n;
            }).exit_code(),
            5);
  EXPECT_EQ(n, 0);
}

TEST(fork, leaves_other_fibers_behind_without_running_them) {
  bool unwound = false;
  coir::fiber f([&] {
    struct end {
      bool& unwound;
      ~end() { unwound = true; }
    } const e{unwound};
    to_parent();
  });
  f.switch_to();
  const outcome o = forked([&] {
    if (!f.is_dead()) return 2;
    try {
      f.switch_to();
    } catch (const coir::bad_switch&) {
      return unwound ? 1 : 3;
    }
    return 4;
  });
  EXPECT_EQ(o.exit_code(), 3);
  EXPECT_EQ(forked([&] {
              f = coir::fiber();
              return unwound ? 1 : 0;
            }).exit_code(),
            0);
  EXPECT_TRUE(f);
}

TEST(fork, in_a_fiber_leaves_the_threads_own_behind) {
  coir::fiber f([] {
    const outcome o = forked([] {
      try {
        to_parent();
      } catch (const coir::bad_switch&) {
        return 7;
      }
      return 1;
    });
    EXPECT_EQ(o.exit_code(), 7);
  });
  f.switch_to();
  EXPECT_TRUE(f.is_dead());
}

TEST(fork, ends_the_child_with_a_message_when_the_forking_body_ends) {
  outcome o;
  coir::fiber f({.name = "brancher"}, [&] {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(ends[1], 2);
      return;
    }
    ::close(ends[1]);
    char part[512];
    for (ssize_t n = 0; (n = ::read(ends[0], part, sizeof part)) > 0;) o.text.append(part, static_cast<std::size_t>(n));
    ::close(ends[0]);
    EXPECT_EQ(::waitpid(child, &o.status, 0), child);
  });
  f.switch_to();
  EXPECT_EQ(o.signal(), SIGABRT);
  EXPECT_NE(o.text.find("'brancher'"), std::string::npos) << o.text;
  EXPECT_NE(o.text.find("fork_child"), std::string::npos) << o.text;
}

TEST(fork, leaves_other_threads_fibers_behind) {
  coir::fiber foreign;
  std::thread([&] {
    foreign = coir::fiber([] { to_parent(); });
    foreign.switch_to();
    EXPECT_EQ(forked([&] {
                foreign = coir::fiber();
                return 0;
              }).exit_code(),
              0);
  }).join();
}

TEST(fork, in_a_task_takes_the_scheduler_away_from_the_child) {
  coir::run([] {
    const auto other = coir::spawn([] { coir::sleep_for(1h); });
    coir::yield();
    const auto t = coir::spawn([&] {
      return forked([&] {
               try {
                 coir::sleep_for(1ms);
               } catch (const std::logic_error&) {
                 return 9;
               }
               return 1;
             })
          .exit_code();
    });
    EXPECT_EQ(t.get(), 9);
  });
}

TEST(fork, closes_the_parents_epoll_in_the_child_and_leaves_the_parents_alone) {
  coir::run([] {
    EXPECT_EQ(forked([] {
                int epolls = 0;
                for (int fd = 3; fd < 100; ++fd) {
                  char target[64] = {};
                  const auto path = "/proc/self/fd/" + std::to_string(fd);
                  if (::readlink(path.c_str(), target, sizeof target - 1) > 0)
                    epolls += std::string(target).find("event") != std::string::npos;
                }
                return epolls;
              }).exit_code(),
              0);
    // The parent's still works.
    auto listener = coir::tcp_listener::bind("127.0.0.1:0");
    auto client = coir::spawn([to = listener.local_endpoint()] { coir::tcp_connect(to).write_all("x"); });
    auto stream = listener.accept();
    std::byte b[1];
    EXPECT_EQ(stream.read_some(b), 1U);
    client.join();
  });
}

TEST(fork, child_runs_a_function_on_a_fresh_runtime) {
  int n = 0;
  const outcome plain = of_child([&] {
    return coir::fork_child([&] {
      auto t = coir::spawn([&] {
        coir::sleep_for(1ms);
        n = 11;
      });
      t.join();
      return n;
    });
  });
  EXPECT_EQ(plain.exit_code(), 11);
  EXPECT_EQ(n, 0);
}

TEST(fork, child_may_be_made_by_a_task_and_serves_sockets) {
  coir::run([] {
    auto listener = coir::tcp_listener::bind("127.0.0.1:0");
    const auto at = listener.local_endpoint();
    const pid_t child = coir::fork_child([&] {
      auto stream = coir::tcp_connect(at);
      stream.write_all("hello");
    });
    auto stream = listener.accept();
    std::byte text[16];
    EXPECT_EQ(stream.read_some(text), 5U);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  });
}

TEST(fork, child_that_throws_is_reported_and_ends_with_1) {
  const outcome o = of_child([] { return coir::fork_child([] { throw std::runtime_error("no luck"); }); });
  EXPECT_EQ(o.exit_code(), 1);
  EXPECT_NE(o.text.find("no luck"), std::string::npos) << o.text;
}

TEST(fork, child_does_not_run_what_was_registered_for_exit) {
  const outcome o = of_child([] {
    return coir::fork_child([] {
      std::atexit([] { std::fputs("atexit\n", stderr); });
      return 0;
    });
  });
  EXPECT_EQ(o.exit_code(), 0);
  EXPECT_EQ(o.text, "");
}

TEST(fork, child_that_leaves_the_parents_run_is_told) {
  const outcome o = of_child([] {
    pid_t child = -1;
    coir::run([&] { child = ::fork(); });
    return child;
  });
  EXPECT_EQ(o.signal(), SIGABRT);
  EXPECT_NE(o.text.find("coir::run"), std::string::npos) << o.text;
}

TEST(fork, many_times_with_threads_that_use_fibers_never_hangs) {
  // The child waits for a lock of ASan's allocator that another thread had, which is not in the child.
  if (support::has_asan) GTEST_SKIP() << "this ASan's own allocator does not survive a fork among threads";
  std::atomic<bool> stop{false};
  std::vector<std::thread> busy;
  for (int i = 0; i < 2; ++i)
    busy.emplace_back([&] {
      while (!stop) coir::fiber({.name = "busy"}, [] {}).switch_to();
    });
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(forked([] {
                int n = 0;
                for (int k = 0; k < 300; ++k) coir::fiber({.name = "child's"}, [&] { ++n; }).switch_to();
                return n == 300 ? 4 : 1;
              }).exit_code(),
              4);
  stop = true;
  for (auto& t : busy) t.join();
}

}  // namespace
