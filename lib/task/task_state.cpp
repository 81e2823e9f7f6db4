#include <coir/task/detail/task_state.hpp>

#include <stdexcept>

#include <coir/base/cancelled.hpp>
#include <coir/base/unhandled.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/task/detail/group_state.hpp>
#include <coir/task/detail/session.hpp>

namespace coir::detail {
namespace {

void finish(task_state& t, std::exception_ptr&& error) noexcept {
  if (error) [[unlikely]]
    t.error = std::move(error);
  t.done = true;
  t.was_cancelled = t.root.in_effect;
  t.home->scheduler().end_scopes(t);
  t.home->remove(t);
  if (t.root.outer) [[unlikely]]
    static_cast<group_state*>(t.root.outer)->ended(t);
  while (!t.hooks.empty()) {
    done_hook& hook = t.hooks.pop_front();
    hook.call(hook, t);
  }
}

const type_tag* run_task(body& b, void*, void*&) {
  auto& t = static_cast<task_state&>(b);
  arguments_taken();
  t.started = !t.is_cancelled();
  t.home->scheduler().set_active(&t);
  // Cancelled before its first turn: it never runs.
  t.call(t, t.started);
  if (!t.started) t.home->scheduler().check_cancelled();
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
  if (!retrieved && has_failed())
    report_unhandled({error, title(), std::string(spawned_at.file) + ":" + std::to_string(spawned_at.line)});
}

bool task_state::has_failed() const noexcept { return error && !(was_cancelled && is_cancellation(error)); }

session& task_state::required_session(const char* caller, std::string_view wanted) {
  session* here = session::current();
  if (!here) [[unlikely]]
    throw std::logic_error("coir::" + std::string(caller) + " needs a running scheduler: call it inside coir::run");
  if (!wanted.empty()) [[unlikely]]
    name = std::make_unique<const std::string>(wanted);
  return *here;
}

void task_state::admit(session& here) noexcept {
  home = &here;
  here.add(*this);
  // The runtime's reference; nobody else has one yet, but for the caller.
  references.store(2, std::memory_order_relaxed);
}

void task_state::enter(const fiber_options& options, const char* caller, bool now) {
  session& here = required_session(caller, options.name);
  here.scheduler().make_room();
  control* fiber = make_scheduled(*this, options);
  admit(here);
  if (now)
    here.scheduler().run_now(fiber);
  else
    here.scheduler().make_ready(fiber);
}

void task_state::await_launch(const fiber_options& options, const char* caller) {
  admit(required_session(caller, options.name));
}

void task_state::launch_at_last(const fiber_options& options) noexcept {
  try {
    home->scheduler().make_room();
    fiber_options named = options;
    if (name) named.name = *name;
    home->scheduler().make_ready(make_scheduled(*this, named));
  } catch (...) {
    refuse_task(*this, std::current_exception());
  }
}

void task_state::call_when_done(call_ref c) {
  if (!home || home != session::current())
    throw std::logic_error(title() + ": on_done belongs to the thread that it runs on");
  struct caller : done_hook {
    explicit caller(call_ref function) noexcept
        : done_hook([](done_hook& self, task_state& t) noexcept {
            const std::unique_ptr<caller> us(&static_cast<caller&>(self));
            static_cast<void>(t.home->scheduler().call_soon(std::move(us->what)));
          }),
          what(std::move(function)) {}
    call_ref what;
  };
  if (done)
    static_cast<void>(home->scheduler().call_soon(std::move(c)));
  else
    hooks.push_back(*std::make_unique<caller>(std::move(c)).release());
}

bool task_state::join_until(deadline until) {
  session* here = session::current();
  // A call that could wait is a place where cancellation is met, also when it need not wait.
  if (here && here == home) here->scheduler().check_cancelled();
  if (done) return true;
  if (!home || home != here)
    throw std::logic_error(title() + " can only be joined by fibers of the thread that it runs on");
  lowlevel::scheduler& scheduler = here->scheduler();
  if (scheduler.active() == this) throw std::logic_error(title() + " cannot join itself");
  struct joiner : done_hook {
    joiner() noexcept
        : done_hook([](done_hook& self, task_state&) noexcept {
            lowlevel::scheduler::wake(static_cast<joiner&>(self).token);
          }) {}
    lowlevel::wake_token token;
  } self;
  self.token = scheduler.prepare();
  hooks.push_back(self);
  const lowlevel::wake_reason reason = scheduler.park(self.token, "a task to end", until);
  // Still linked after a deadline or a cancel, and only then.
  self.unlink();
  if (reason == lowlevel::wake_reason::cancelled) [[unlikely]]
    scheduler.check_cancelled();
  return done;
}

void task_state::check() {
  if (!error) return;
  retrieved = true;
  std::rethrow_exception(error);
}

bool task_state::cancel(shared_cause cause) {
  if (done || root.requested) return false;
  if (home != session::current()) throw std::logic_error(title() + " can only be cancelled on the thread that it runs on");
  const bool first = home->scheduler().cancel(root, std::move(cause));
  if (root.outer) static_cast<group_state*>(root.outer)->release_cancelled(*this);
  return first;
}

bool task_state::cancel(std::string reason) {
  return cancel(std::make_shared<const cancel_cause>(cancel_cause{std::move(reason), session::canceller()}));
}

std::string task_state::title() const {
  return name ? "task '" + *name + "'" : "task " + std::to_string(number);
}

std::string task_state::display_name() const { return name ? *name : title(); }

}  // namespace coir::detail
