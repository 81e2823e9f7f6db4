// <coir/sync/detail/future_state.hpp> - what a promise and its futures share, with room for the value
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <coir/sync/detail/future_core.hpp>

namespace coir::detail {

template <class T>
struct future_state : future_core {
  using future_core::future_core;
  using stored =
      std::conditional_t<std::is_void_v<T>, std::monostate,
                         std::conditional_t<std::is_reference_v<T>, std::reference_wrapper<std::remove_reference_t<T>>,
                                            std::remove_cv_t<T>>>;

  template <class... A>
  bool set(A&&... parts) {
    if (!claim()) return false;
    try {
      value.emplace(std::forward<A>(parts)...);
    } catch (...) {
      abandon();
      throw;
    }
    finish();
    return true;
  }

  // Once it is done.
  T take() {
    check();
    if constexpr (std::is_void_v<T>) {
      return;
    } else if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(value->get());
    } else if constexpr (std::is_copy_constructible_v<T>) {
      return *value;
    } else {
      if (taken.exchange(true, std::memory_order_relaxed)) throw_taken();
      return std::move(*value);
    }
  }

  std::optional<stored> value;
  std::atomic<bool> taken{false};  // true: a move-only value was moved out
};

}  // namespace coir::detail
