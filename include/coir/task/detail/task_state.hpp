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
#include <coir/base/detail/intrusive_list.hpp>
#include <coir/base/detail/where.hpp>
#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/fiber_options.hpp>
#include <coir/sched/detail/activity.hpp>
#include <coir/sync/wait_queue.hpp>

namespace coir::detail {

class session;

struct COIR_API task_state : body, activity, list_node {
  // Calls the callable and keeps its result; or, when not to be run, only destroys it.
  using call_function = void (*)(task_state&, bool run);
  using delete_function = void (*)(task_state*) noexcept;

  task_state(const ops* operations, call_function call_it, delete_function remove_it, where spawned)
      : body{operations}, call(call_it), remove(remove_it), spawned_at(spawned) {}
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

  // Makes it ready on the calling thread's session; the session owns it from now on.
  void launch(const fiber_options& options, const char* caller) { enter(options, caller, false); }
  // The same, and runs it at once.
  void launch_now(const fiber_options& options, const char* caller) { enter(options, caller, true); }

  // Whether it ended before `until`. Throws cancelled when the caller is, std::logic_error from the task
  // itself or from another thread.
  bool join_until(deadline until);

  // After join: throws the error, if it is one, which counts as retrieved.
  void check();

  bool cancel(std::string reason);

  void enter(const fiber_options& options, const char* caller, bool now);

  // "task 'reader'" or "task 17".
  [[nodiscard]] std::string title() const;
  // "reader" or "task 17".
  [[nodiscard]] std::string display_name() const;

  std::atomic<std::uint32_t> references{1};  // the runtime's, while it runs, and each handle's
  bool done = false;
  bool started = false;
  bool taken = false;      // a move-only result was moved out
  bool retrieved = false;  // somebody has seen the error
  session* home = nullptr;
  call_function call;
  delete_function remove;
  lowlevel::wait_queue joiners;
  std::exception_ptr error;
  std::uint64_t number = 0;
  std::unique_ptr<const std::string> name;  // nullptr: known by its number
  where spawned_at;

 private:
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
