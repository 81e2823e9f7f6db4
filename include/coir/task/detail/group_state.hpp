// <coir/task/detail/group_state.hpp> - a group without its body: what lies around the tasks that it has
//
//   open ----> aborting ----> ended     an error, or cancel(): its tasks are cancelled, none is added
//      \________________________^
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <vector>

#include <coir/base/api.hpp>
#include <coir/base/detail/intrusive_list.hpp>
#include <coir/fiber/fiber_options.hpp>
#include <coir/sched/detail/activity.hpp>
#include <coir/sync/wait_queue.hpp>

namespace coir::detail {

struct task_state;

struct COIR_API group_state : scope {
  explicit group_state(std::size_t most) : limit(most == 0 ? 1 : most) { members = &tasks; }

  // Throws std::logic_error when it is aborting or ended, or on another thread than the others were added on.
  void refuse_late(const char* caller) const;
  // Starts `t` in here, or lets it wait until fewer than `limit` run.
  void launch(task_state& t, const fiber_options& options, const char* caller, bool now);
  // A task in here has ended; it has left already.
  void ended(task_state& t) noexcept;
  // A task in here was cancelled. One that waits ends at once: it never runs, and so needs no room.
  void release_cancelled(const task_state& t) noexcept;
  // Takes note of what has gone wrong, and cancels the tasks.
  void fail(std::exception_ptr error, const std::string& whose) noexcept;

  // Until all tasks have ended, whatever is cancelled.
  void wait() noexcept;
  // The same, but for cancellation of the caller.
  void wait_or_throw();
  // Throws what has gone wrong, if anything.
  void check();
  // Cancels the tasks and waits for them. What has gone wrong goes to the unhandled hook.
  void drop() noexcept;

  struct waiting_task {
    task_state* task;
    std::size_t stack_size;
    bool own_fp_env;
  };

  intrusive_list<activity> tasks;        // those that run
  std::vector<waiting_task> waiting;     // those beyond the limit, the newest last; from `next_waiting` on
  std::size_t next_waiting = 0;
  std::size_t running = 0;
  std::size_t limit;
  std::vector<std::exception_ptr> errors;
  lowlevel::wait_queue emptied;
  lowlevel::scheduler* home = nullptr;   // of the tasks; nullptr: there was none yet
};

}  // namespace coir::detail
