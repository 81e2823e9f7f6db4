// <coir/task/outcome.hpp> - a result, or the error in its place
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace coir {

/// What a task came to: a T, or what it has ended by.
template <class T>
class outcome {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  explicit outcome(value_type value) : value_(std::in_place, std::move(value)) {}
  explicit outcome(std::exception_ptr error) noexcept : error_(std::move(error)) {}

  /// Whether there is a result.
  [[nodiscard]] bool has_value() const noexcept { return value_.has_value(); }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

  /// The result.
  ///
  /// Throws: the error, when there is one
  std::add_lvalue_reference_t<const T> value() const& {
    if (error_) std::rethrow_exception(error_);
    if constexpr (!std::is_void_v<T>) return *value_;
  }
  std::conditional_t<std::is_void_v<T>, void, value_type&&> value() && {
    if (error_) std::rethrow_exception(error_);
    if constexpr (!std::is_void_v<T>) return *std::move(value_);
  }

  /// The error; null when there is a result.
  [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

 private:
  std::optional<value_type> value_;
  std::exception_ptr error_;
};

}  // namespace coir
