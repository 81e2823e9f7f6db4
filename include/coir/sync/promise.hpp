// <coir/sync/promise.hpp> - the side of a future that delivers
#pragma once

#include <concepts>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <coir/base/detail/where.hpp>
#include <coir/sync/detail/future_state.hpp>
#include <coir/sync/future.hpp>

namespace coir {

/// The right, and the duty, to deliver a value or an error, once.
///
/// T may be void, a reference, or movable only. A promise that goes unset breaks: its futures throw
/// coir::broken_promise, which says where it was made.
///
/// Owner:    one, who may hand it on by moving it
/// Threads:  any; a call that races with another sets it, and the other is an error
/// Example:  doc/tutorial/10-future.cpp
template <class T = void>
class promise {
 public:
  /// A promise that nobody waits for yet.
  ///
  /// Throws:   std::bad_alloc
  /// Cost:     one allocation
  explicit promise(detail::where made = detail::where::here())
      : state_(std::make_shared<detail::future_state<T>>(made)) {}
  promise(promise&&) noexcept = default;
  promise& operator=(promise&& other) noexcept {
    promise(std::move(other)).state_.swap(state_);
    return *this;
  }
  ~promise() {
    if (state_) state_->break_promise();
  }

  /// A future of this promise; there may be many.
  ///
  /// Throws:   std::logic_error for a promise that was moved from, as all that follow
  [[nodiscard]] future<T> get_future() const { return future<T>(kept()); }

  /// Delivers the value, and wakes everybody who waits for it.
  ///
  /// Returns:  false when the future was cancelled: the value is dropped
  /// Throws:   std::logic_error when it was set before; what copying or moving the value throws, which leaves it
  ///           unset
  template <class U = T>
    requires(!std::is_void_v<T> && std::convertible_to<U &&, T>)
  bool set_value(U&& value) {
    return kept()->set(std::forward<U>(value));
  }
  bool set_value()
    requires std::is_void_v<T>
  {
    return kept()->set();
  }

  /// Delivers an error: an exception, or one in an exception_ptr.
  ///
  /// coir::cancelled means that the promise gives up, as by cancel().
  ///
  /// Returns:  false when the future was cancelled: the error is dropped
  /// Throws:   std::logic_error when it was set before, and for an empty pointer
  bool set_exception(std::exception_ptr error) { return kept()->fail(std::move(error)); }
  template <class E>
    requires(!std::convertible_to<E, std::exception_ptr>)
  bool set_exception(E&& error) {
    return set_exception(std::make_exception_ptr(std::forward<E>(error)));
  }

  /// Gives up: whoever gets the value is thrown coir::cancelled with `reason`.
  ///
  /// Returns:  whether it was in time; false when it was set or cancelled before
  bool cancel(std::string reason = {}) { return kept()->cancel(std::move(reason), false); }

  /// Whether nobody wants the value any more: it was cancelled, from either side.
  [[nodiscard]] bool is_cancelled() const { return kept()->is_cancelled(); }

  /// Has `fn` called if a future is cancelled: by the scheduler that runs the calling fiber, like a callback of
  /// call_soon; if there is none, by the thread that cancels, or here when that has happened. Destroyed uncalled
  /// when the promise is set.
  ///
  /// Throws:   std::bad_alloc
  /// Cost:     one allocation
  template <std::invocable F>
  void on_cancel(F&& fn, detail::where from = detail::where::here()) {
    kept()->on_cancel(detail::make_call<detail::done_call>(std::forward<F>(fn), from));
  }

 private:
  // A copy, for whoever is woken may destroy the promise before the call has returned.
  [[nodiscard]] std::shared_ptr<detail::future_state<T>> kept() const {
    if (!state_) throw std::logic_error("this coir::promise was moved from");
    return state_;
  }

  std::shared_ptr<detail::future_state<T>> state_;
};

}  // namespace coir
