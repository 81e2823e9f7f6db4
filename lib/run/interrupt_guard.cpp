// Why a handler and not a signalfd: that needs SIGINT blocked in every thread of the process, and whoever
// starts a program hands the mask on.
#include <coir/run/detail/interrupt_guard.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <coir/base/cancelled.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/task/detail/session.hpp>

#include "fiber/owner_call.hpp"

namespace coir::detail {
namespace {

constexpr std::string_view reason = "interrupted by SIGINT";

// What the handler has to do, made beforehand since it must not allocate. nullptr: a SIGINT has taken it, or no
// guard lives.
constinit std::atomic<owner_call*> prepared{nullptr};
constinit std::atomic<owner*> home{nullptr};
// How many handlers are running: any thread may get the signal.
constinit std::atomic<int> running{0};

void on_sigint(int) {
  const int error = errno;
  // Both in one order for all threads: either the guard sees this handler, or the handler no call.
  running.fetch_add(1, std::memory_order_seq_cst);
  if (owner_call* call = prepared.exchange(nullptr, std::memory_order_seq_cst))
    push_call(*home.load(std::memory_order_relaxed), call);
  else
    // It came too late, and means now what it meant before the guard.
    ::raise(SIGINT);
  running.fetch_sub(1, std::memory_order_seq_cst);
  errno = error;
}

bool is_first_thread() noexcept { return ::getpid() == ::gettid(); }

struct sigaction current_action() noexcept {
  struct sigaction now {};
  ::sigaction(SIGINT, nullptr, &now);
  return now;
}

bool is(const struct sigaction& action, void (*handler)(int)) noexcept {
  return !(action.sa_flags & SA_SIGINFO) && action.sa_handler == handler;
}

void give_back() noexcept {
  // By somebody else's handler, if there is one by now, it is not ours to give.
  if (is(current_action(), on_sigint)) ::signal(SIGINT, SIG_DFL);
}

// A forked child has no main that could be cancelled.
void expect_forks() {
  static const int once = ::pthread_atfork(nullptr, nullptr, [] {
    give_back();
    prepared.store(nullptr, std::memory_order_relaxed);
    running.store(0, std::memory_order_relaxed);
  });
  static_cast<void>(once);
}

std::terminate_handler terminate_before = nullptr;

// An interrupted program that nobody saves ends by the signal, which is what its parent asks for, not by abort.
[[noreturn]] void end_by_sigint() {
  try {
    if (std::current_exception()) throw;
  } catch (const cancelled& c) {
    if (c.reason() == reason) {
      std::fflush(nullptr);
      ::signal(SIGINT, SIG_DFL);
      sigset_t only;
      sigemptyset(&only);
      sigaddset(&only, SIGINT);
      ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
      ::raise(SIGINT);
    }
  } catch (...) {
  }
  terminate_before();
  std::abort();
}

// What is thrown from now on takes this handler along.
void expect_termination() {
  static const bool once = [] {
    terminate_before = std::set_terminate(end_by_sigint);
    return true;
  }();
  static_cast<void>(once);
}

void interrupt(session& s) {
  expect_termination();
  s.cancel_main(std::string(reason));
}

}  // namespace

interrupt_guard::interrupt_guard(bool wanted) {
  if (!wanted || !is_first_thread() || !is(current_action(), SIG_DFL)) return;
  expect_forks();
  home.store(this_thread.self, std::memory_order_relaxed);
  prepared.store(new owner_call{[s = session::current()] { interrupt(*s); }}, std::memory_order_release);
  struct sigaction action {};
  action.sa_handler = on_sigint;
  // On a fiber's stack there may be no room for it. What the program reads by itself goes on.
  action.sa_flags = SA_ONSTACK | SA_RESETHAND | SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  installed_ = true;
}

interrupt_guard::~interrupt_guard() {
  if (!installed_) return;
  give_back();
  const owner_call* unused = prepared.exchange(nullptr, std::memory_order_seq_cst);
  while (running.load(std::memory_order_seq_cst) != 0) ::sched_yield();
  // Now, or it would find another session, or none.
  if (!unused) serve_calls();
  delete unused;
}

}  // namespace coir::detail
