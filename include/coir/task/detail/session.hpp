// <coir/task/detail/session.hpp> - one run of a main function: its scheduler and its tasks
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/detail/intrusive_list.hpp>
#include <coir/sched/scheduler.hpp>
#include <coir/sync/wait_queue.hpp>
#include <coir/task/detail/task_state.hpp>

namespace coir::detail {

// From construction on the calling thread has a scheduler and may spawn; the destructor cancels and joins
// the tasks that are left, while main's locals are gone already and its result is safe.
class COIR_API session {
 public:
  // Throws std::logic_error when one is open on this thread. Asked first, before a poller is made.
  static void refuse_to_nest();

  explicit session(lowlevel::poller& poller);
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  // May switch.
  ~session();

  [[nodiscard]] static inline session* current() noexcept;
  [[nodiscard]] lowlevel::scheduler& scheduler() noexcept { return scheduler_; }

  // Asks main to end, as task::cancel does a task.
  void cancel_main(std::string reason);

  // The task that runs here, "main", or "": who asks for something.
  [[nodiscard]] static std::string canceller();

  // Calls visit(task_state&) for each task that has not ended.
  template <class F>
  void for_each_task(F&& visit) {
    tasks_.for_each(std::forward<F>(visit));
  }

  void add(task_state& t) noexcept {
    t.number = ++spawned_;
    tasks_.push_back(t);
  }
  void remove(task_state& t) noexcept {
    t.session_node::unlink();
    emptied_.notify_all();
  }

 private:
  lowlevel::scheduler scheduler_;
  activity main_;
  intrusive_list<task_state, session_node> tasks_;
  lowlevel::wait_queue emptied_;
  std::uint64_t spawned_ = 0;
  unsigned opened_in_ = 0;  // which process, by how often it was forked
};

// The calling thread's; nullptr: none.
extern COIR_API constinit thread_local session* this_session [[gnu::tls_model("initial-exec")]];

inline session* session::current() noexcept { return this_session; }

}  // namespace coir::detail
