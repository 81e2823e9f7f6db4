#include <coir/task/detail/task_state.hpp>

#include <stdexcept>

#include <coir/base/cancelled.hpp>
#include <coir/base/unhandled.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/task/detail/session.hpp>

namespace coir::detail {
namespace {

void finish(task_state& t, std::exception_ptr&& error) noexcept {
  if (error) [[unlikely]]
    t.error = std::move(error);
  t.done = true;
  if (t.cancel_requested) t.home->scheduler().count_cancelled(-1);
  t.home->remove(t);
  t.joiners.notify_all();
}

const type_tag* run_task(body& b, void*, void*&) {
  auto& t = static_cast<task_state&>(b);
  arguments_taken();
  t.started = !t.cancel_requested;
  t.home->scheduler().set_active(&t);
  // Cancelled before its first turn: it never runs.
  t.call(t, !t.cancel_requested);
  if (!t.started) throw cancelled(t.cancel_reason ? *t.cancel_reason : std::string());
  return tag_of<void>();
}

control* end_task(body& b, std::exception_ptr&& error) noexcept {
  auto& t = static_cast<task_state&>(b);
  lowlevel::scheduler& scheduler = t.home->scheduler();
  finish(t, std::move(error));
  scheduler.set_active(nullptr);
  return scheduler.next_to_run();
}

void refuse_task(body& b, std::exception_ptr&& error) noexcept {
  auto& t = static_cast<task_state&>(b);
  t.call(t, false);
  finish(t, std::move(error));
  t.release();
}

void destroy_task(body& b) noexcept { static_cast<task_state&>(b).release(); }

// Ending by cancellation is what was asked for, not a failure that somebody has to hear of.
bool is_cancellation(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

constinit const body::ops task_operations{run_task, destroy_task, end_task, refuse_task, tag_of<void>()};

void task_state::report_if_unseen() noexcept {
  if (!retrieved && !is_cancellation(error))
    report_unhandled({error, title(), std::string(spawned_at.file) + ":" + std::to_string(spawned_at.line)});
}

void task_state::enter(const fiber_options& options, const char* caller, bool now) {
  session* here = session::current();
  if (!here)
    throw std::logic_error("coir::" + std::string(caller) + " needs a running scheduler: call it inside coir::run");
  here->scheduler().make_room();
  if (!options.name.empty()) [[unlikely]]
    name = std::make_unique<const std::string>(options.name);
  control* fiber = make_scheduled(*this, options);
  home = here;
  here->add(*this);
  // The runtime's reference; nobody else has one yet, but for the caller.
  references.store(2, std::memory_order_relaxed);
  if (now)
    here->scheduler().run_now(fiber);
  else
    here->scheduler().make_ready(fiber);
}

bool task_state::join_until(deadline until) {
  session* here = session::current();
  // A call that could wait is a place where cancellation is met, also when it need not wait.
  if (here && here == home) here->scheduler().check_cancelled();
  if (done) return true;
  if (!home || home != here)
    throw std::logic_error(title() + " can only be joined by fibers of the thread that it runs on");
  if (home->scheduler().active() == this) throw std::logic_error(title() + " cannot join itself");
  while (!done)
    if (!joiners.wait_or_throw("a task to end", until)) return done;
  return true;
}

void task_state::check() {
  if (!error) return;
  retrieved = true;
  std::rethrow_exception(error);
}

bool task_state::cancel(std::string reason) {
  if (done || cancel_requested) return false;
  if (home != session::current()) throw std::logic_error(title() + " can only be cancelled on the thread that it runs on");
  if (!reason.empty()) cancel_reason = std::make_unique<const std::string>(std::move(reason));
  cancel_requested = true;
  home->scheduler().count_cancelled(1);
  lowlevel::scheduler::wake(parked, lowlevel::wake_reason::cancelled);
  return true;
}

std::string task_state::title() const {
  return name ? "task '" + *name + "'" : "task " + std::to_string(number);
}

std::string task_state::display_name() const { return name ? *name : title(); }

}  // namespace coir::detail
