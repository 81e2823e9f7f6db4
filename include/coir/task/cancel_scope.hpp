// <coir/task/cancel_scope.hpp> - a call that can be cancelled, by itself and by time
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/cancelled.hpp>
#include <coir/base/clock.hpp>
#include <coir/fiber/detail/optional_reference.hpp>
#include <coir/sched/scheduler.hpp>
#include <coir/task/detail/open_scope.hpp>

namespace coir {

/// `coir::cancel_scope scope({.deadline = coir::now() + 1s});`
struct scope_options {
  /// When it is cancelled by itself.
  coir::deadline deadline = never;
  /// Whether cancellation from around it stays outside, as with coir::shielded.
  bool shield = false;
};

namespace detail {

// What a call that may be cut short results in: bool for void.
template <class R>
struct cut_short {
  using type = std::optional<R>;
};
template <class R>
struct cut_short<R&> {
  using type = optional_reference<R>;
};
template <>
struct cut_short<void> {
  using type = bool;
};

// Calls `fn` in `s`. Empty, or false: `s` was cancelled, and `fn` ended by that.
template <class F, class R = std::invoke_result_t<F>>
typename cut_short<R>::type run_in_scope(scope& s, const char* caller, F&& fn) {
  // A local, not what a return makes: clang before 17 forgets to destroy that when `open` throws at its end.
  typename cut_short<R>::type result{};
  {
    const open_scope open(s, caller);
    try {
      if constexpr (std::is_void_v<R>) {
        std::invoke(std::forward<F>(fn));
        result = true;
      } else if constexpr (std::is_reference_v<R>) {
        result = typename cut_short<R>::type(std::invoke(std::forward<F>(fn)));
      } else {
        result.emplace(std::invoke(std::forward<F>(fn)));
      }
    } catch (const cancelled&) {
      if (!absorbs(s)) throw;
    }
  }
  return result;
}

// Cancels a scope at a deadline, as long as it lives.
class scope_timer {
 public:
  scope_timer(scope& s, deadline at, deadline now, const char* caller) : scope_(s) { start(at, now, caller); }
  scope_timer(const scope_timer&) = delete;
  scope_timer& operator=(const scope_timer&) = delete;
  ~scope_timer() { stop(); }

  void start(deadline at, deadline now, const char* caller) {
    if (at != never) lowlevel::scheduler::required(caller).cancel_at(at, now, scope_, timer_);
  }
  void stop() noexcept {
    if (scope_.expiry) lowlevel::scheduler::disarm(scope_);
  }

 private:
  scope& scope_;
  scope_expiry timer_;
};

}  // namespace detail

/// A stretch of work that can be cancelled by itself: what is around it goes on.
///
/// While it is cancelled, every blocking call inside throws coir::cancelled, again and again, until run() is
/// left; tasks of a coir::group that was opened inside are cancelled, too. Scopes nest to any depth. Of several
/// that are cancelled the outermost answers for it, and those inside pass the exception on.
///
/// Owner:    whoever needs to cancel it; runs once
/// Threads:  the one that runs it; to cancel it from another, coir::post
/// Example:  doc/tutorial/13-timeouts.cpp
class COIR_API cancel_scope {
 public:
  cancel_scope() = default;
  explicit cancel_scope(const scope_options& options) : deadline_(options.deadline) {
    scope_.shielded = options.shield;
  }
  cancel_scope(const cancel_scope&) = delete;
  cancel_scope& operator=(const cancel_scope&) = delete;

  /// Calls `fn` inside.
  ///
  /// Switches: may
  /// Returns:  what `fn` returns, or true; nothing, or false, when the scope was cancelled and `fn` has ended
  ///           by `cancelled`. A result that came all the same is returned.
  /// Throws:   what `fn` throws; `cancelled` when what is around was cancelled; std::logic_error outside of
  ///           coir::run, when it runs or has run already, and when `fn` leaves it on another fiber, or before
  ///           a scope that was opened inside of it
  template <class F>
  auto run(F&& fn) {
    begin();
    detail::scope_timer timer(scope_, deadline_, deadline_ == never ? never : now(), "cancel_scope::run");
    struct end {
      cancel_scope& self;
      ~end() { self.timer_ = nullptr; }
    } const at_end{*this};
    timer_ = &timer;
    return detail::run_in_scope(scope_, "cancel_scope::run", std::forward<F>(fn));
  }

  /// Cancels what runs inside, or what is to run.
  ///
  /// Returns: whether this is the first time
  /// Throws:  std::logic_error on another thread than the one that runs it
  bool cancel(std::string reason = {});

  /// Whether it was cancelled, by cancel() or its deadline.
  [[nodiscard]] bool is_cancelled() const noexcept { return scope_.requested; }

  /// When it is cancelled by itself; coir::never.
  [[nodiscard]] coir::deadline deadline() const noexcept { return deadline_; }
  /// Changes that, also while it runs.
  void set_deadline(coir::deadline at);

 private:
  void begin();

  detail::scope scope_;
  coir::deadline deadline_ = never;
  detail::scope_timer* timer_ = nullptr;  // while it runs
  bool begun_ = false;
};

}  // namespace coir
