#include <coir/task/detail/group_state.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>

#include <coir/base/cancelled.hpp>
#include <coir/base/unhandled.hpp>
#include <coir/task/detail/session.hpp>
#include <coir/task/group_error.hpp>

namespace coir::detail {

void group_state::refuse_late(const char* caller) const {
  const std::string what = "coir::group::" + std::string(caller);
  if (requested) throw std::logic_error(what + ": the group is being cancelled, nothing is added any more");
  if (home && home != lowlevel::scheduler::current())
    throw std::logic_error(what + ": the group belongs to another thread, or to a run that has ended");
}

void group_state::launch(task_state& t, const fiber_options& options, const char* caller, bool now) {
  home = &lowlevel::scheduler::required(caller);
  const bool waits = running >= limit;
  if (waits) {
    waiting.push_back({&t, options.stack_size, options.own_fp_env});
  } else {
    ++running;
  }
  t.root.outer = this;
  tasks.push_back(t);
  if (in_effect) home->put_in_effect(t.root);
  try {
    if (waits)
      t.await_launch(options, caller);
    else
      t.enter(options, caller, now);
  } catch (...) {
    waits ? waiting.pop_back() : static_cast<void>(--running);
    home->forget_effect(t.root);
    t.root.outer = nullptr;
    static_cast<activity&>(t).unlink();
    throw;
  }
}

void group_state::ended(task_state& t) noexcept {
  static_cast<activity&>(t).unlink();
  t.root.outer = nullptr;
  --running;
  if (t.has_failed()) {
    t.retrieved = true;
    fail(t.error, t.title());
  }
  while (next_waiting < waiting.size() && (running < limit || in_effect)) {
    const waiting_task w = waiting[next_waiting++];
    ++running;
    w.task->launch_at_last({.stack_size = w.stack_size, .own_fp_env = w.own_fp_env});
  }
  // Half of it, so that what never runs empty does not grow, at constant cost.
  if (next_waiting * 2 >= waiting.size()) {
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(next_waiting));
    next_waiting = 0;
  }
  if (tasks.empty()) emptied.notify_all();
}

void group_state::release_cancelled(const task_state& t) noexcept {
  const auto first = waiting.begin() + static_cast<std::ptrdiff_t>(next_waiting);
  const auto at = std::find_if(first, waiting.end(), [&](const waiting_task& w) { return w.task == &t; });
  if (at == waiting.end()) return;
  const waiting_task w = *at;
  if (at == first)
    ++next_waiting;
  else
    waiting.erase(at);
  ++running;
  w.task->launch_at_last({.stack_size = w.stack_size, .own_fp_env = w.own_fp_env});
}

void group_state::fail(std::exception_ptr error, const std::string& whose) noexcept {
  errors.push_back(std::move(error));
  if (requested) return;
  auto because = std::make_shared<const cancel_cause>(cancel_cause{whose + " has failed", whose});
  if (home)
    home->cancel(*this, std::move(because));
  else
    requested = true;
}

void group_state::wait() noexcept {
  if (tasks.empty()) return;
  activity* active = home->active();
  // It has to be waited for, and whoever cancels this has cancelled the tasks.
  home->set_active(nullptr);
  while (!tasks.empty()) emptied.wait("a group's tasks to end");
  home->set_active(active);
}

void group_state::wait_or_throw() {
  if (lowlevel::scheduler* here = lowlevel::scheduler::current()) here->check_cancelled();
  while (!tasks.empty()) emptied.wait_or_throw("a group's tasks to end");
}

void group_state::check() {
  requested = false;
  if (!owner) in_effect = false;
  throw_errors(std::exchange(errors, {}));
}

void group_state::drop() noexcept {
  if (!tasks.empty()) {
    home->cancel(*this, std::make_shared<const cancel_cause>(cancel_cause{"its group was destroyed", session::canceller()}));
    wait();
  }
  try {
    check();
  } catch (...) {
    report_unhandled({std::current_exception(), "a coir::group that was destroyed", {}});
  }
}

}  // namespace coir::detail
