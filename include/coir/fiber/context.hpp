// <coir/fiber/context.hpp> - a set of context variables
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/fiber/detail/context_state.hpp>

namespace coir {

template <class T>
class context_var;

/// The values that context variables have for a fiber, as Python's contextvars.Context.
///
/// A fiber starts with an empty one of its own; a generator has that of whoever steps it. Give a fiber another by fiber::set_context to let it inherit:
/// `f.set_context(coir::context::current().copy())`; without the copy both fibers see each other's changes.
///
/// Owner:    a handle: copies mean the same set, which lives as long as one of them or a fiber that has it
/// Threads:  a set belongs to one thread at a time; hand a copy() to another
/// Example:  test/fiber/context_test.cpp
class COIR_API context {
 public:
  /// A new, empty set.
  ///
  /// Throws:   std::bad_alloc
  context() : state_(std::make_shared<detail::context_state>()) {}

  /// The set that the current fiber has.
  ///
  /// Throws:   std::bad_alloc
  [[nodiscard]] static context current() { return context(detail::current_context()); }

  /// A set of its own with the same values, which are shared until one of the sets changes.
  ///
  /// Throws:   std::bad_alloc
  [[nodiscard]] context copy() const { return context(std::make_shared<detail::context_state>(*state_)); }

  /// Calls `fn` in the current fiber, with this as the fiber's set for the time of the call.
  ///
  /// Switches: may, when fn does
  /// Returns:  what fn returns
  /// Throws:   what fn throws; std::bad_alloc
  template <class F>
  decltype(auto) run(F&& fn) const {
    struct scope {
      explicit scope(const std::shared_ptr<detail::context_state>& s) : before(detail::exchange_context(s)) {}
      scope(const scope&) = delete;
      scope& operator=(const scope&) = delete;
      ~scope() { detail::exchange_context(std::move(before)); }
      std::shared_ptr<detail::context_state> before;
    };
    const scope entered(state_);
    return std::invoke(std::forward<F>(fn));
  }

  /// How many variables have a value in it.
  [[nodiscard]] std::size_t size() const noexcept { return state_->values ? state_->values->size() : 0; }

  /// Whether two handles mean the same set.
  friend bool operator==(const context&, const context&) noexcept = default;

 private:
  friend class fiber;
  template <class T>
  friend class context_var;
  explicit context(std::shared_ptr<detail::context_state> state) noexcept : state_(std::move(state)) {}

  std::shared_ptr<detail::context_state> state_;
};

}  // namespace coir
