// <coir/task/group.hpp> - tasks that end together
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <coir/base/api.hpp>
#include <coir/base/cancelled.hpp>
#include <coir/fiber/fiber_exit.hpp>
#include <coir/task/detail/group_state.hpp>
#include <coir/task/detail/open_scope.hpp>
#include <coir/task/group_error.hpp>
#include <coir/task/shielded.hpp>
#include <coir/task/task.hpp>

namespace coir {

/// `coir::in_group({.most_at_once = 10}, [&](coir::group& g) { ... });`
struct group_options {
  /// How many tasks run at once; those beyond wait for their turn, first come, first served.
  std::size_t most_at_once = std::numeric_limits<std::size_t>::max();
};

/// Tells who has called group::start that its work may begin: `ready(port);`. Called once.
template <class T = void>
class readiness {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  /// Throws: std::logic_error the second time
  void operator()(value_type value)
    requires(!std::is_void_v<T>)
  {
    set(std::move(value));
  }
  void operator()()
    requires std::is_void_v<T>
  {
    set({});
  }

 private:
  friend class group;

  void set(value_type value) {
    if (value_ || ended_) throw std::logic_error("coir::readiness: it was told before");
    value_.emplace(std::move(value));
    told_.notify_all();
  }
  void fail(std::exception_ptr error) {
    ended_ = true;
    error_ = std::move(error);
    told_.notify_all();
  }

  std::optional<value_type> value_;
  bool ended_ = false;
  std::exception_ptr error_;
  lowlevel::wait_queue told_;
};

/// Tasks that belong together: the first that fails cancels the others, and none is left behind.
///
/// Mostly as the argument of coir::in_group, whose body is one of them. A group by itself lives in an object:
/// join() waits for its tasks, and its destructor cancels them.
///
/// Owner:    ends after its tasks: the destructor waits for them
/// Threads:  the one that its tasks run on
/// Example:  doc/tutorial/14-groups.cpp
class COIR_API group {
 public:
  explicit group(const group_options& options = {}) : state_(options.most_at_once) {}
  group(const group&) = delete;
  group& operator=(const group&) = delete;
  /// Cancels the tasks and waits for them; errors that no join() has thrown go to the unhandled hook.
  ///
  /// Switches: may
  ~group() { state_.drop(); }

  /// As coir::spawn, in this group.
  ///
  /// Throws:  std::logic_error when the group is being cancelled, or belongs to another thread; as coir::spawn
  template <class F>
  auto spawn(const spawn_options& options, F&& fn, detail::where spawned = detail::where::here()) {
    return add(options, std::forward<F>(fn), spawned, "spawn", false);
  }
  template <class F>
    requires(!std::convertible_to<F, const spawn_options&>)
  auto spawn(F&& fn, detail::where spawned = detail::where::here()) {
    return add({}, std::forward<F>(fn), spawned, "spawn", false);
  }

  /// As coir::spawn_now, in this group; where no more may run at once, as spawn().
  ///
  /// Switches: yes
  /// Throws:   as spawn()
  template <class F>
  auto spawn_now(const spawn_options& options, F&& fn, detail::where spawned = detail::where::here()) {
    return add(options, std::forward<F>(fn), spawned, "spawn_now", true);
  }
  template <class F>
    requires(!std::convertible_to<F, const spawn_options&>)
  auto spawn_now(F&& fn, detail::where spawned = detail::where::here()) {
    return add({}, std::forward<F>(fn), spawned, "spawn_now", true);
  }

  /// Spawns `fn(ready)` and waits until it has called `ready`, a `coir::readiness<T>&`: a server that listens, say.
  ///
  /// Switches: may
  /// Returns:  what `ready` was called with
  /// Throws:   what `fn` has ended by before, which is no error of the group's then; std::logic_error when it
  ///           has ended well without a word; cancelled, and then the task is cancelled and has ended; as spawn()
  template <class T = void, class F>
  T start(const spawn_options& options, F&& fn, detail::where spawned = detail::where::here()) {
    auto ready = std::make_shared<readiness<T>>();
    auto t = spawn(
        options,
        [ready, fn = std::decay_t<F>(std::forward<F>(fn))]() mutable {
          try {
            static_cast<void>(std::invoke(fn, *ready));
          } catch (...) {
            if (ready->value_) throw;
            ready->fail(std::current_exception());
            return;
          }
          if (!ready->value_)
            ready->fail(std::make_exception_ptr(std::logic_error("coir::group::start: it has ended and was never ready")));
        },
        spawned);
    try {
      while (!ready->value_ && !ready->ended_ && !t.is_done()) ready->told_.wait_or_throw("a task to be ready");
    } catch (...) {
      t.cancel("who had started it was cancelled");
      shielded([&] { t.join(); });
      throw;
    }
    if (ready->error_) std::rethrow_exception(ready->error_);
    if (!ready->value_) t.get();
    if constexpr (!std::is_void_v<T>) return *std::move(ready->value_);
  }
  template <class T = void, class F>
    requires(!std::convertible_to<F, const spawn_options&>)
  T start(F&& fn, detail::where spawned = detail::where::here()) {
    return start<T>(spawn_options{}, std::forward<F>(fn), spawned);
  }

  /// Waits until all tasks have ended. More may be added then, and joined again.
  ///
  /// Switches: may
  /// Throws:   the first error, or several as one group_error; cancelled when the caller was cancelled: the
  ///           tasks run on; std::logic_error in in_group's body, which joins by itself
  void join();

  /// Cancels the tasks, and the body: they end, and nothing is thrown for it. No more are added until join().
  ///
  /// Returns: whether this is the first time
  /// Throws:  std::logic_error on another thread than that of its tasks
  bool cancel(std::string reason = {});

  /// How many tasks have not ended.
  [[nodiscard]] std::size_t size() const noexcept { return state_.running + state_.waiting.size() - state_.next_waiting; }

 private:
  template <class F>
  friend void in_group(const group_options& options, F&& fn);

  template <class F>
  auto add(const spawn_options& options, F&& fn, detail::where spawned, const char* caller, bool now) {
    using result = std::decay_t<std::invoke_result_t<std::decay_t<F>&>>;
    state_.refuse_late(caller);
    detail::task_ref ref(detail::make_task<result>(std::forward<F>(fn), spawned));
    state_.launch(*ref.get(), {options.stack_size, options.name, options.own_fp_env}, caller, now);
    return detail::task_access::adopt<result>(std::move(ref));
  }

  detail::group_state state_;
};

/// Calls `fn(g)` with a coir::group, and returns when it and all tasks that were added have ended.
///
/// The first error, of a task or of `fn`, cancels all others; so does `g.cancel()`, of which nothing is thrown.
///
/// Switches: may
/// Throws:   the error, or several as one group_error; cancelled when what is around was cancelled and nothing
///           else has gone wrong; std::logic_error outside of coir::run
template <class F>
void in_group(const group_options& options, F&& fn) {
  group g(options);
  detail::group_state& state = g.state_;
  {
    const detail::open_scope open(state, "in_group");
    state.home = lowlevel::scheduler::current();
    try {
      std::invoke(std::forward<F>(fn), g);
    } catch (const fiber_exit&) {
      g.cancel("the body was unwound");
      state.wait();
      throw;
    } catch (const cancelled&) {
      if (!state.in_effect) state.fail(std::current_exception(), "the body");
    } catch (...) {
      state.fail(std::current_exception(), "the body");
    }
    state.wait();
  }
  state.check();
  lowlevel::scheduler::required("in_group").check_cancelled();
}
template <class F>
void in_group(F&& fn) {
  in_group(group_options{}, std::forward<F>(fn));
}

}  // namespace coir
