// <coir/sync/future.hpp> - a value that is to come
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <coir/base/clock.hpp>
#include <coir/base/detail/where.hpp>
#include <coir/sync/detail/future_state.hpp>

namespace coir {

template <class T>
class promise;

/// A handle to a value, or an error, that a coir::promise is to deliver.
///
/// For results that come by a callback or from another thread; where a function of one's own computes it,
/// coir::spawn gives a task. Anybody waits: fibers of any thread are suspended, a thread without a scheduler
/// blocks. An error that nobody has retrieved when the last handle goes is reported to the unhandled hook.
///
/// Owner:    handles are cheap copies
/// Threads:  any; one handle is used by one thread at a time
/// Example:  doc/tutorial/10-future.cpp
template <class T = void>
class future {
 public:
  using value_type = T;

  /// An empty handle: every call but `=` and bool is an error.
  future() noexcept = default;

  /// Waits until there is a value or an error.
  ///
  /// Switches: may
  /// Throws:   cancelled when the caller's task was cancelled, which leaves the future alone; std::logic_error
  ///           for an empty handle
  void wait() const { static_cast<void>(state().wait_until(never)); }

  /// As wait, up to a deadline.
  ///
  /// Switches: may
  /// Returns:  whether there is a value or an error
  /// Throws:   as wait
  [[nodiscard]] bool wait_until(deadline until) const { return state().wait_until(until); }
  template <class Rep, class Period>
  [[nodiscard]] bool wait_for(std::chrono::duration<Rep, Period> d) const {
    return wait_until(detail::deadline_after(now(), d));
  }

  /// Waits and returns the value: a copy, or, of a type that cannot be copied, the value itself, once.
  ///
  /// Switches: may
  /// Throws:   the promise's error; cancelled when the future was cancelled; broken_promise when the promise was
  ///           dropped; as wait; std::logic_error when a move-only value was taken before
  T get() const {
    detail::future_state<T>& s = state();
    static_cast<void>(s.wait_until(never));
    return s.take();
  }

  /// Calls off what is awaited: whoever gets it is thrown coir::cancelled, and the promise knows.
  ///
  /// Returns:  whether it was in time; false when there was a value or an error before
  bool cancel(std::string reason = {}) const { return state().cancel(std::move(reason), true); }

  /// Whether there is a value or an error.
  [[nodiscard]] bool is_done() const { return state().is_done(); }

  /// Whether it ended by coir::cancelled, from either side.
  [[nodiscard]] bool is_cancelled() const { return state().is_cancelled(); }

  /// Has `fn` called once there is a value or an error, with this future if it takes one: by the scheduler that
  /// runs the calling fiber, like a callback of call_soon; if there is none, by the thread that completes the
  /// future, or here when it is done.
  ///
  /// What it throws goes to the unhandled hook. It is destroyed uncalled when its scheduler's run has ended.
  ///
  /// Order:    those of one scheduler, and those of none, in the order of registration
  /// Throws:   std::bad_alloc
  /// Cost:     one allocation
  template <class F>
  void on_done(F&& fn, detail::where from = detail::where::here()) const {
    detail::future_core& s = state();
    if constexpr (std::is_invocable_v<std::decay_t<F>&, const future&>)
      s.on_done(detail::make_call<detail::done_call>(
          [self = *this, fn = std::forward<F>(fn)]() mutable { std::invoke(fn, std::as_const(self)); }, from));
    else
      s.on_done(detail::make_call<detail::done_call>(std::forward<F>(fn), from));
  }

  /// Whether the handle means a future.
  [[nodiscard]] explicit operator bool() const noexcept { return state_ != nullptr; }

  friend bool operator==(const future&, const future&) noexcept = default;

 private:
  friend class promise<T>;
  explicit future(std::shared_ptr<detail::future_state<T>> state) noexcept : state_(std::move(state)) {}

  [[nodiscard]] detail::future_state<T>& state() const {
    if (!state_) throw std::logic_error("this coir::future handle is empty");
    return *state_;
  }

  std::shared_ptr<detail::future_state<T>> state_;
};

}  // namespace coir
