#include <coir/task/detail/session.hpp>

#include <stdexcept>
#include <utility>

#include <pthread.h>

#include <coir/base/detail/fatal.hpp>

namespace coir::detail {
namespace {

constinit unsigned forks = 0;  // how many lie between the first process and this one

void expect_forks() {
  static const int once = ::pthread_atfork(nullptr, nullptr, [] {
    this_session = nullptr;
    ++forks;
  });
  static_cast<void>(once);
}

}  // namespace

constinit thread_local session* this_session = nullptr;

std::string session::canceller() {
  const session* here = this_session;
  const activity* by = here ? here->scheduler_.active() : nullptr;
  if (!by) return {};
  if (by == &here->main_) return "main";
  return by->is_task ? static_cast<const task_state*>(by)->title() : "a callback";
}

void session::refuse_to_nest() {
  if (this_session)
    throw std::logic_error(
        "this thread runs a main function already, or has a coir::loop: neither goes inside of another");
}

session::session(lowlevel::poller& poller) : scheduler_(poller) {
  expect_forks();
  opened_in_ = forks;
  this_session = this;
  scheduler_.set_active(&main_);
}

session::~session() {
  if (opened_in_ != forks)
    fatal("leave a forked child by _exit(2), or fork by coir::fork_child",
          "a forked child has left its parent's coir::run, whose tasks are in the other process");
  if (this_session != this)
    fatal("destroy it on the thread that made it", "a coir::loop was destroyed on a thread that is not its own");
  // Nobody is left who could cancel this wait, and it is not to be cut short.
  scheduler_.end_scopes(main_);
  scheduler_.set_active(nullptr);
  while (!tasks_.empty()) {
    // A round for all, then again for those that were spawned by the dying.
    tasks_.for_each([](task_state& t) { t.cancel("the run has ended"); });
    emptied_.wait("the remaining tasks to end");
  }
  this_session = nullptr;
}

void session::cancel_main(std::string reason) {
  scheduler_.cancel(main_.root, std::make_shared<const cancel_cause>(cancel_cause{std::move(reason), {}}));
}

}  // namespace coir::detail
