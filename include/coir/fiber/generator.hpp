// <coir/fiber/generator.hpp> - functions that yield values one at a time, from any call depth
//
// Semantics: Python's generators (PEP 255, 342, 380, 479), with typed values; doc/design/fiber.md.
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/detail/generator_work.hpp>
#include <coir/fiber/detail/optional_reference.hpp>
#include <coir/fiber/fiber.hpp>
#include <coir/fiber/fiber_options.hpp>
#include <coir/fiber/yielder.hpp>

namespace coir {

/// A function on a fiber of its own that hands out values, one each time it is asked for the next.
///
/// `Out` is what it yields: a value, an lvalue reference, or void. `In`, void by default, is what send()
/// hands to its yields, and `Return`, void by default, what the body returns. A sequence that no deep call
/// and no recursion yields is a stackless coroutine's job: that one costs less. Values that many fibers
/// produce go through a channel.
///
/// A generator is not scheduled. It runs while it is stepped, on behalf of whoever steps it, and may block
/// then: its stepper waits with it.
///
/// Owner:    the body runs on as far as it is asked for; dropping the generator half way unwinds it with
///           fiber_exit, so that its destructors run
/// Threads:  stepped on the thread that made it; dropped anywhere
/// Example:  doc/tutorial/05-generator.cpp
template <class Out, class In, class Return>
class [[nodiscard]] generator {
  static_assert(!std::is_rvalue_reference_v<Out>, "yield a value, which is moved out, or an lvalue reference");
  static_assert(!std::is_rvalue_reference_v<In>, "send a value, which is moved in, or an lvalue reference");
  static_assert(std::is_void_v<Return> || std::is_object_v<Return>, "a generator returns a value or nothing");
  using in_value = detail::value_or_nothing<In>;
  using in_reference = detail::reference_or_nothing<In>;

 public:
  using iterator = detail::generator_iterator<Out, In>;
  /// What a step returns: an optional that is empty at the end; when Out is void, whether it has yielded.
  using step_type = typename detail::step_result<Out>::type;

  /// A generator that has ended; one that was moved from has, too.
  generator() noexcept = default;
  generator(generator&&) noexcept = default;
  generator& operator=(generator&&) noexcept = default;
  /// Switches: may, when it is half way: the body is unwound before this returns
  ~generator() = default;

  /// A generator that runs `body(y)`, y being a `yielder<Out, In>&`, from its first step on.
  ///
  /// Throws:   as the constructor of coir::fiber
  /// Cost:     as that; one allocation when the body returns a value
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, generator> &&
             std::invocable<std::decay_t<F>&, yielder<Out, In>&>)
  generator(F&& body) : generator(fiber_options{}, std::forward<F>(body)) {}
  template <class F>
    requires std::invocable<std::decay_t<F>&, yielder<Out, In>&>
  generator(const fiber_options& options, F&& body) {
    using body_result = std::invoke_result_t<std::decay_t<F>&, yielder<Out, In>&>;
    if constexpr (std::is_void_v<Return>) {
      static_assert(std::is_void_v<body_result>,
                    "the body returns a value: name its type, generator<Out, In, Return>, or return nothing");
      fiber_ = detail::make_generator<Out, In>(options, std::forward<F>(body));
    } else {
      static_assert(std::convertible_to<body_result, Return>, "the body returns something else than Return");
      result_ = std::make_shared<std::optional<Return>>();
      fiber_ = detail::make_generator<Out, In>(
          options, [body = std::decay_t<F>(std::forward<F>(body)), result = result_](yielder<Out, In>& y) mutable {
            result->emplace(std::invoke(body, y));
          });
    }
  }

  /// Runs the body to its next yield; the yield that it waits in returns an `In{}`.
  ///
  /// Without a default constructor `In` has nothing to send: then this starts the body, and send() goes on.
  ///
  /// Switches: always, unless it has ended or throws std::logic_error
  /// Returns:  what was yielded; empty (false) when the body has ended, now or before
  /// Throws:   what the body throws, which has ended by that; std::logic_error when it is running already,
  ///           or there is nothing to send, or the calling fiber descends from it; bad_switch on another
  ///           thread
  /// Cost:     no allocation; two switches
  [[gnu::always_inline]] step_type next() { return detail::step_result<Out>::of(advance()); }

  /// Runs the body to its next yield; the yield that it waits in returns `value`, moved out of here.
  ///
  /// Switches: always, unless it has ended or throws std::logic_error
  /// Returns:  as next()
  /// Throws:   as next(); std::logic_error when the body has not started, for then no yield waits
  [[gnu::always_inline]] step_type send(in_value&& value)
    requires std::is_object_v<In>
  {
    return detail::step_result<Out>::of(go_on(detail::address_of(value)));
  }
  [[gnu::always_inline]] step_type send(const in_value& value)
    requires(std::is_object_v<In> && std::copy_constructible<in_value>)
  {
    in_value copy(value);
    return detail::step_result<Out>::of(go_on(detail::address_of(copy)));
  }
  [[gnu::always_inline]] step_type send(in_reference value)
    requires std::is_lvalue_reference_v<In>
  {
    return detail::step_result<Out>::of(go_on(detail::address_of(value)));
  }

  /// Raises `error` in the yield that the body waits in, and runs on to its next one.
  ///
  /// A body that has not started never runs. Its caller gets the error then, as it does when the body lets
  /// it pass, or has ended before; fiber_exit, being no error, goes no further than the body.
  ///
  /// Switches: may
  /// Returns:  as next()
  /// Throws:   as next(); `error`; std::invalid_argument for a null exception_ptr
  step_type throw_to(std::exception_ptr error) { return detail::step_result<Out>::of(raise(std::move(error))); }
  template <class E>
    requires(!std::same_as<std::remove_cvref_t<E>, std::exception_ptr>)
  step_type throw_to(E&& error) {
    return throw_to(std::make_exception_ptr(std::forward<E>(error)));
  }

  /// Ends the body: raises fiber_exit in the yield that it waits in. One that has not started never runs.
  ///
  /// Switches: may
  /// Throws:   what the body throws meanwhile; std::logic_error when it yields in answer, or is running;
  ///           bad_switch on another thread
  void close() { detail::close_generator(control(), detail::tags_of<Out, In>); }

  /// Whether the body has ended, or there never was one.
  [[nodiscard]] bool is_done() const noexcept { return detail::has_ended(control()); }

  /// What the body has returned.
  ///
  /// Throws:   std::logic_error when it has not ended, or by an exception
  [[nodiscard]] std::add_lvalue_reference_t<Return> result() &
    requires std::is_object_v<Return>
  {
    if (!result_ || !*result_) throw std::logic_error("generator::result: the body has returned nothing");
    return **result_;
  }
  [[nodiscard]] std::add_rvalue_reference_t<Return> result() &&
    requires std::is_object_v<Return>
  {
    return std::move(result());
  }

  /// Steps to the next value: a loop goes on where another one has left off, and ends with the generator.
  ///
  /// The reference that the iterator gives is to the yielded value itself, for the loop's taking: valid until
  /// the next step. An iterator is good for as long as the generator lives, also when it was moved.
  ///
  /// Switches: may
  /// Throws:   as next()
  [[gnu::always_inline]] iterator begin()
    requires(!std::is_void_v<Out> && detail::sends_by_itself<In>)
  {
    return iterator(control());
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  template <class, class>
  friend class yielder;

  [[nodiscard]] detail::control* control() const noexcept { return detail::fiber_access::control_of(fiber_); }

  // Steps with the addresses that travel.
  [[gnu::always_inline]] void* advance() { return detail::advance<Out, In>(control()); }
  [[gnu::always_inline]] void* go_on(void* value) {
    return detail::step<Out, In>(control(), value, detail::step_kind::send);
  }
  void* raise(std::exception_ptr error) {
    return detail::step_by_error(control(), detail::tags_of<Out, In>, std::move(error));
  }

  fiber fiber_;
  // Shared with the body, for a step touches nothing of the generator: it may be moved, or dropped, by then.
  std::conditional_t<std::is_void_v<Return>, detail::nothing, std::shared_ptr<std::optional<Return>>> result_;
};

}  // namespace coir
