// <coir/fiber/yielder.hpp> - what a generator's body hands its values to
#pragma once

#include <concepts>
#include <exception>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

#include <coir/fiber/detail/generator_step.hpp>
#include <coir/fiber/fiber_exit.hpp>

namespace coir {

template <class Out, class In = void, class Return = void>
class generator;

namespace detail {

template <class Out, class In, class F>
struct generator_work;

// Stands for the parameter of an overload that there is not.
struct nothing {};
template <class T>
using value_or_nothing = std::conditional_t<std::is_object_v<T>, T, nothing>;
template <class T>
using reference_or_nothing = std::conditional_t<std::is_lvalue_reference_v<T>, T, nothing>;

template <class T>
[[nodiscard]] void* address_of(T& object) noexcept {
  return const_cast<void*>(static_cast<const void*>(std::addressof(object)));
}

}  // namespace detail

/// The `y` of a generator's body: `y(v)` suspends the generator and hands `v` to whoever steps it.
///
/// It is an ordinary object: pass it by reference to whatever is to yield from further down, to recursions
/// and callbacks. The body of another generator that runs inside of this one may use it as well; both are
/// suspended then, the inner one in the midst of its step.
///
/// Owner:    the generator; it lives until the body has ended
/// Threads:  the fiber that runs the body, and fibers inside of it
/// Example:  doc/tutorial/05-generator.cpp
template <class Out, class In = void>
class yielder {
  using value_type = detail::value_or_nothing<Out>;
  using reference = detail::reference_or_nothing<Out>;

 public:
  yielder(const yielder&) = delete;
  yielder& operator=(const yielder&) = delete;

  /// Suspends the generator; its current step returns `value`.
  ///
  /// The stepper moves the value out, or reads it in place, here on this side's stack; an lvalue is copied
  /// first and left alone. A reference travels as such, and has to stay valid until this returns.
  ///
  /// Switches: always, unless it throws std::logic_error
  /// Returns:  what send() has sent; after next() an `In{}`
  /// Throws:   what throw_to() raises; fiber_exit when the generator is closed or dropped;
  ///           std::logic_error when nobody waits for a value, as on a fiber outside of the generator's;
  ///           bad_switch on another thread
  /// Cost:     no allocation, no move; one switch
  [[gnu::always_inline]] In operator()(value_type&& value)
    requires std::is_object_v<Out>
  {
    return received(pass(detail::address_of(value)));
  }
  [[gnu::always_inline]] In operator()(const value_type& value)
    requires(std::is_object_v<Out> && std::copy_constructible<value_type>)
  {
    value_type copy(value);
    return received(pass(detail::address_of(copy)));
  }
  [[gnu::always_inline]] In operator()(reference value)
    requires std::is_lvalue_reference_v<Out>
  {
    return received(pass(detail::address_of(value)));
  }
  [[gnu::always_inline]] In operator()()
    requires std::is_void_v<Out>
  {
    return received(pass(this));
  }

  /// Yields everything that `inner` yields, as if its body stood here: Python's `yield from`.
  ///
  /// What is sent and raised meanwhile reaches the inner body; closing or dropping this generator closes it
  /// first. A recursion needs none of this: call the function with the yielder.
  ///
  /// Switches: always, unless `inner` has ended
  /// Returns:  the result of the inner body, a copy from an lvalue; nothing when it has none
  /// Throws:   what the inner body throws; as y(v)
  /// Cost:     two switches more for each value
  template <class Return>
  Return from(generator<Out, In, Return>& inner) {
    relay(inner);
    if constexpr (!std::is_void_v<Return>) return inner.result();
  }
  template <class Return>
  Return from(generator<Out, In, Return>&& inner) {
    relay(inner);
    if constexpr (!std::is_void_v<Return>) return std::move(inner).result();
  }

  /// Yields the elements of a range one after the other. What is sent meanwhile is discarded.
  ///
  /// Switches: always, unless the range is empty
  /// Throws:   as y(v)
  template <class Range>
    requires requires(Range& r) {
      std::begin(r);
      std::end(r);
    }
  void from(Range&& range) {
    for (auto&& value : range) {
      if constexpr (std::is_lvalue_reference_v<Range>)
        static_cast<void>((*this)(static_cast<decltype(value)>(value)));
      else
        static_cast<void>((*this)(std::move(value)));
    }
  }

 private:
  template <class, class, class>
  friend struct detail::generator_work;
  explicit yielder(detail::control* fiber) noexcept : fiber_(fiber) {}

  [[gnu::always_inline]] void* pass(void* value) { return detail::yield_address<Out, In>(fiber_, value); }

  [[gnu::always_inline]] static In received(void* address) {
    if constexpr (std::is_lvalue_reference_v<In>)
      return *static_cast<std::remove_reference_t<In>*>(address);
    else if constexpr (!std::is_void_v<In>)
      return In(std::move(*static_cast<In*>(address)));
  }

  // PEP 380, "Formal Semantics". The addresses pass through: whoever steps takes the value from the inner
  // body's stack.
  template <class Return>
  void relay(generator<Out, In, Return>& inner) {
    for (void* value = inner.advance(); value;) {
      void* answer = nullptr;
      std::exception_ptr error;
      try {
        answer = pass(value);
      } catch (const fiber_exit&) {
        inner.close();
        throw;
      } catch (...) {
        error = std::current_exception();
      }
      value = error ? inner.raise(std::move(error)) : inner.go_on(answer);
    }
  }

  detail::control* fiber_;
};

}  // namespace coir
