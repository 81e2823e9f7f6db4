// <coir/fiber/detail/optional_reference.hpp> - what std::optional<T&> is in C++26
#pragma once

#include <memory>
#include <optional>

namespace coir::detail {

// A reference, or nothing.
template <class T>
class optional_reference {
 public:
  constexpr optional_reference() noexcept = default;
  constexpr optional_reference(std::nullopt_t) noexcept {}
  constexpr explicit optional_reference(T& target) noexcept : target_(std::addressof(target)) {}

  [[nodiscard]] constexpr bool has_value() const noexcept { return target_ != nullptr; }
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] constexpr T& operator*() const noexcept { return *target_; }
  [[nodiscard]] constexpr T* operator->() const noexcept { return target_; }
  [[nodiscard]] constexpr T& value() const {
    if (!target_) throw std::bad_optional_access();
    return *target_;
  }

  [[nodiscard]] friend constexpr bool operator==(const optional_reference& o, std::nullopt_t) noexcept {
    return !o.has_value();
  }

 private:
  T* target_ = nullptr;
};

}  // namespace coir::detail
