// <coir/fiber/context_var.hpp> - a variable whose value depends on the fiber that asks
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <coir/fiber/context.hpp>

namespace coir {

/// A variable with a value in each context, or its default, as Python's contextvars.ContextVar.
///
/// For what accompanies a piece of work through calls and into the fibers that it starts: a request's number,
/// a deadline, a locale. A fiber's private scratch is a coir::fiber_local.
///
/// Owner:    made once, usually static; outlives every use
/// Cost:     get: a search among the context's variables; set: a copy of their list
/// Example:  test/fiber/context_test.cpp
template <class T>
class context_var {
 public:
  /// What set() hands out, to undo it by.
  class token {
   public:
    token(token&&) noexcept = default;
    token& operator=(token&&) noexcept = default;

   private:
    friend class context_var;
    token(const context_var* of, std::shared_ptr<detail::context_state> in, detail::context_value before)
        : of_(of), in_(std::move(in)), before_(std::move(before)) {}
    const context_var* of_;
    std::shared_ptr<detail::context_state> in_;  // nullptr: used
    detail::context_value before_;
  };

  /// A variable that has `initial` wherever it was not set. The name is for errors and dumps.
  explicit context_var(std::string_view name, T initial = T())
      : name_(name), initial_(std::move(initial)), number_(detail::new_variable()) {}
  context_var(const context_var&) = delete;
  context_var& operator=(const context_var&) = delete;

  /// Its value in the current fiber's context. The reference is good until it is set or reset there.
  [[nodiscard]] const T& get() const noexcept {
    const void* value = detail::find_value(number_);
    return value ? *static_cast<const T*>(value) : initial_;
  }

  /// Its value in `in`; nullptr when it was not set there.
  [[nodiscard]] const T* get(const context& in) const noexcept {
    return static_cast<const T*>(detail::find_value(*in.state_, number_));
  }

  /// Gives it a value in the current fiber's context.
  ///
  /// Returns:  a token that takes it back by reset(); it may be dropped
  /// Throws:   std::bad_alloc
  token set(T value) const {
    const auto& in = detail::current_context();
    auto before = detail::assign_value(*in, number_, std::make_shared<const T>(std::move(value)));
    return token(this, in, std::move(before));
  }

  /// Undoes the set() that gave the token: the value before it, or none, is back.
  ///
  /// Throws:   std::logic_error when the token was used before, is another variable's, or comes from another
  ///           context than the current one; std::bad_alloc
  void reset(token& by) const {
    if (by.of_ != this) throw std::logic_error("context_var '" + name_ + "': the token is of another variable");
    if (!by.in_) throw std::logic_error("context_var '" + name_ + "': the token was used before");
    if (by.in_ != detail::current_context())
      throw std::logic_error("context_var '" + name_ + "': the token comes from another context");
    detail::assign_value(*by.in_, number_, by.before_);
    by.in_ = nullptr;
  }
  void reset(token&& by) const { reset(by); }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  std::string name_;
  T initial_;
  std::uint64_t number_;
};

}  // namespace coir
