// <coir/task/detail/task_state.hpp> - a task without its types
//
//   queued ----> running ----> done      cancelled before it ran: queued -> done, the body never runs
//
// One object holds the callable, then the result. It is referred to by the runtime, until the task's
// stack is recycled, and by every handle.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/base/detail/intrusive_list.hpp>
#include <coir/base/detail/where.hpp>
#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/fiber_options.hpp>
#include <coir/sched/detail/activity.hpp>
#include <coir/sched/detail/call.hpp>

namespace coir::detail {

class session;

struct task_state;

// Called at the end of a task, on its stack, which has left its group by then. Not to throw, and not to switch.
struct done_hook : list_node {
  explicit done_hook(void (*ended)(done_hook&, task_state&) noexcept) noexcept : call(ended) {}
  void (*call)(done_hook& self, task_state& t) noexcept;
};

// In the list of all tasks of a run.
struct session_node : list_node {};

struct COIR_API task_state : body, activity, session_node {
  // Calls the callable and keeps its result; or, when not to be run, only destroys it.
  using call_function = void (*)(task_state&, bool run);
  using delete_function = void (*)(task_state*) noexcept;

  task_state(const ops* operations, call_function call_it, delete_function remove_it, where spawned)
      : body{operations}, call(call_it), remove(remove_it), spawned_at(spawned) {
    is_task = true;
  }
  ~task_state() {
    if (error) [[unlikely]]
      report_if_unseen();
  }

  void retain() noexcept { references.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    // Whoever holds the only reference races with nobody: acquire, for what the others did before they let go.
    if (references.load(std::memory_order_acquire) == 1 || references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      remove(this);
  }

  // Makes it ready on the calling thread's session, or runs it at once; the session owns it from now on.
  // Throws std::logic_error naming `caller` when there is none, std::bad_alloc.
  void enter(const fiber_options& options, const char* caller, bool now);

  // The same in two steps: the session owns it from the first on, and it runs from the second on.
  void await_launch(const fiber_options& options, const char* caller);
  void launch_at_last(const fiber_options& options) noexcept;

  // Whether it ended before `until`. Throws cancelled when the caller is, std::logic_error from the task
  // itself or from another thread.
  bool join_until(deadline until);

  // After join: throws the error, if it is one, which counts as retrieved.
  void check();

  // On the task's thread.
  bool cancel(shared_cause cause);
  bool cancel(std::string reason);

  // On the task's thread: in the next turn, if it has ended.
  void call_when_done(call_ref c);

  // After its end: by an error, and not because it was cancelled.
  [[nodiscard]] bool has_failed() const noexcept;

  // "task 'reader'" or "task 17".
  [[nodiscard]] std::string title() const;
  // "reader" or "task 17".
  [[nodiscard]] std::string display_name() const;

  std::atomic<std::uint32_t> references{1};  // the runtime's, while it runs, and each handle's
  bool done = false;
  bool started = false;
  bool taken = false;      // a move-only result was moved out
  bool retrieved = false;  // somebody has seen the error
  bool was_cancelled = false;  // as it ended, something that cancels it was in effect
  session* home = nullptr;
  call_function call;
  delete_function remove;
  intrusive_list<done_hook> hooks;  // of those who want to know of its end, first come, first served
  std::exception_ptr error;
  std::uint64_t number = 0;
  std::unique_ptr<const std::string> name;  // nullptr: known by its number
  where spawned_at;

 private:
  [[nodiscard]] session& required_session(const char* caller, std::string_view name);
  void admit(session& here) noexcept;
  void report_if_unseen() noexcept;
};

extern COIR_API const body::ops task_operations;

// Owns one reference.
class task_ref {
 public:
  task_ref() noexcept = default;
  explicit task_ref(task_state* adopted) noexcept : state_(adopted) {}
  task_ref(const task_ref& other) noexcept : state_(other.state_) {
    if (state_) state_->retain();
  }
  task_ref(task_ref&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  task_ref& operator=(task_ref other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~task_ref() {
    if (state_) state_->release();
  }

  [[nodiscard]] task_state* get() const noexcept { return state_; }

 private:
  task_state* state_ = nullptr;
};

}  // namespace coir::detail
