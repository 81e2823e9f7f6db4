#include <coir/task/detail/session.hpp>

#include <stdexcept>
#include <utility>

#include <pthread.h>

#include <coir/base/detail/fatal.hpp>

namespace coir::detail {
namespace {

constinit thread_local session* open_session = nullptr;
constinit unsigned forks = 0;  // how many lie between the first process and this one

void expect_forks() {
  static const int once = ::pthread_atfork(nullptr, nullptr, [] {
    open_session = nullptr;
    ++forks;
  });
  static_cast<void>(once);
}

}  // namespace

void session::refuse_to_nest() {
  if (open_session)
    throw std::logic_error(
        "this thread runs a main function already, or has a coir::loop: neither goes inside of another");
}

session::session(lowlevel::poller& poller) : scheduler_(poller) {
  expect_forks();
  opened_in_ = forks;
  open_session = this;
  scheduler_.set_active(&main_);
}

session::~session() {
  if (opened_in_ != forks)
    fatal("leave a forked child by _exit(2), or fork by coir::fork_child",
          "a forked child has left its parent's coir::run, whose tasks are in the other process");
  if (open_session != this)
    fatal("destroy it on the thread that made it", "a coir::loop was destroyed on a thread that is not its own");
  // Nobody is left who could cancel this wait, and it is not to be cut short.
  scheduler_.set_active(nullptr);
  while (!tasks_.empty()) {
    // A round for all, then again for those that were spawned by the dying.
    tasks_.for_each([](task_state& t) { t.cancel("the run has ended"); });
    emptied_.wait("the remaining tasks to end");
  }
  open_session = nullptr;
}

session* session::current() noexcept { return open_session; }

void session::cancel_main(std::string reason) {
  if (main_.cancel_requested) return;
  main_.cancel_reason = std::move(reason);
  main_.cancel_requested = true;
  scheduler_.count_cancelled(1);
  lowlevel::scheduler::wake(main_.parked, lowlevel::wake_reason::cancelled);
}

void session::add(task_state& t) noexcept {
  t.number = ++spawned_;
  tasks_.push_back(t);
}

void session::remove(task_state& t) noexcept {
  t.unlink();
  emptied_.notify_all();
}

}  // namespace coir::detail
