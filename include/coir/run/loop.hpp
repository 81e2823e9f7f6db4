// <coir/run/loop.hpp> - the runtime as an object, for those who drive it by hand
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>

namespace coir {

template <class T>
class task;

/// A scheduler and an epoll reactor on the calling thread, run a piece at a time.
///
/// For a program that has a loop of its own, a toolkit's or a game's, and for one that runs several main
/// functions on the same tasks. Everything else takes coir::run, which also handles SIGINT and the limit on
/// descriptors.
///
/// The fiber that makes it, on most threads the thread's own stack, drives it: tasks run while that one is
/// inside of a call below, or inside of any call that waits. Outside of both the thread is the foreign loop's,
/// and nothing of coir's runs. spawn and task::cancel may be called there; so may sleep_for and join, which
/// run the tasks, as in a main function, until what they wait for has come.
///
/// Inside of a foreign loop: before each wait ask next_deadline(), wait until then or until native_handle() is
/// readable, then call poll_once().
///
/// Owner:    its thread; the destructor cancels and joins the tasks that are left
/// Threads:  the one that made it
/// Example:  doc/example/foreign_loop.cpp
class COIR_API loop {
 public:
  /// Makes this thread's runtime.
  ///
  /// Throws:   std::logic_error inside of coir::run, and while the thread has another loop;
  ///           std::system_error when there is no descriptor for an epoll
  loop();
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;
  /// Cancels and joins the tasks that are left.
  ///
  /// Switches: may
  /// Requires: the thread that made it
  ~loop();

  /// Calls `fn`, which may wait; tasks that it leaves behind go on in the next run.
  ///
  /// Switches: may
  /// Returns:  what `fn` returns
  /// Throws:   what `fn` throws; std::logic_error inside of a task or of another call of this loop
  template <class F>
  auto run(F&& fn) {
    const drive driven(*this, "run");
    return std::forward<F>(fn)();
  }

  /// Runs tasks until `t` has ended.
  ///
  /// Switches: may
  /// Returns:  the task's result, as task::get
  /// Throws:   the task's error, as task::get; std::logic_error as run
  template <class T>
  T run_until(const task<T>& t) {
    const drive driven(*this, "run_until");
    return t.get();
  }

  /// Runs tasks until `until`, also when there are none.
  ///
  /// Switches: may
  /// Throws:   std::logic_error as run
  void run_until(deadline until);
  template <class Rep, class Period>
  void run_for(std::chrono::duration<Rep, Period> d) {
    run_until(detail::deadline_after(now(), d));
  }

  /// Looks once at timers, descriptors and what other threads want, and gives each fiber that is ready one
  /// turn. Does not wait.
  ///
  /// Switches: may
  /// Returns:  whether fibers are ready again: there is something left to do at once
  /// Throws:   std::logic_error as run
  bool poll_once();

  /// When poll_once() wants to be called next, if native_handle() does not become readable before: the clock's
  /// epoch, which has long passed, while fibers are ready, and `never` when nothing waits for time.
  ///
  /// Whatever is called outside of poll_once() may change it, a spawn for example: it is asked before each wait.
  [[nodiscard]] deadline next_deadline() const noexcept;

  /// A descriptor that is readable when poll_once() would find something that next_deadline() does not know of:
  /// I/O, or a wake by another thread. To be waited for, edge- or level-triggered, and for nothing else.
  [[nodiscard]] int native_handle() const noexcept;

 private:
  struct parts;

  // One call that runs tasks.
  class COIR_API drive {
   public:
    drive(loop& l, const char* caller);
    drive(const drive&) = delete;
    drive& operator=(const drive&) = delete;
    ~drive();

   private:
    parts& driven_;
  };

  std::unique_ptr<parts> parts_;
};

}  // namespace coir
