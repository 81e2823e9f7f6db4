// <coir/fiber/fiber_local.hpp> - a variable of which each fiber has its own
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <coir/fiber/detail/local_key.hpp>

namespace coir {

/// What thread_local is to threads: every fiber, a thread's own included, has a value of its own.
///
/// A value is made when its fiber first asks for it, and destroyed when that fiber's body has ended, on its
/// stack, in no particular order. For what a fiber hands on to those it starts, take a coir::context_var.
///
/// Owner:    made once, usually static; values outlive it if their fibers do
/// Threads:  any; nothing is shared
/// Example:  test/fiber/fiber_local_test.cpp
template <class T>
class fiber_local {
 public:
  /// Values are T().
  fiber_local()
    requires std::default_initializable<T>
      : make_([] { return T(); }) {}
  /// Values are copies of `initial`.
  explicit fiber_local(T initial)
    requires std::copy_constructible<T>
      : make_([initial = std::move(initial)] { return initial; }) {}
  /// Values are what `make` returns, called in the fiber that asks.
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, fiber_local> && !std::convertible_to<F, T> &&
             std::is_invocable_r_v<T, F&>)
  explicit fiber_local(F make) : make_(std::move(make)) {}

  /// The current fiber's value, made now if it has none.
  ///
  /// Throws:   what making it throws; std::bad_alloc
  [[nodiscard]] T& operator*() { return value(); }
  [[nodiscard]] T* operator->() { return std::addressof(value()); }
  [[nodiscard]] T& value() {
    if (void* found = detail::find_local(key_)) [[likely]]
      return *static_cast<T*>(found);
    std::unique_ptr<T> made(new T(make_()));
    detail::set_local(key_, made.get(), [](void* p) noexcept { delete static_cast<T*>(p); });
    return *made.release();
  }

  /// Whether the current fiber has one.
  [[nodiscard]] bool has_value() const noexcept { return detail::find_local(key_) != nullptr; }

  /// Destroys the current fiber's, if it has one; the next look makes another.
  void reset() {
    if (has_value()) detail::set_local(key_, nullptr, nullptr);
  }

 private:
  detail::local_key key_;
  std::function<T()> make_;
};

}  // namespace coir
