// <coir/fiber/detail/packing.hpp> - how arguments of switch_to become one value in flight
//
// None is void, one is itself, several are one tuple; each decay-copied, so an lvalue is left alone. And how the
// receiver takes that value.
#pragma once

#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

template <class... A>
struct packed {
  using type = std::tuple<std::decay_t<A>...>;
};
template <class A>
struct packed<A> {
  using type = std::decay_t<A>;
};
template <>
struct packed<> {
  using type = void;
};

// A value on its sender's stack until the receiver has moved it out.
template <class... A>
class outgoing {
 public:
  using type = typename packed<A...>::type;
  explicit outgoing(A&&... a) : value_(std::forward<A>(a)...) {}
  [[nodiscard]] void* address() noexcept { return static_cast<void*>(std::addressof(value_)); }

 private:
  type value_;
};
template <>
class outgoing<> {
 public:
  using type = void;
  [[nodiscard]] void* address() noexcept { return nullptr; }
};

// The value is out of the sender's reach before the tracer is told, for that may switch; the sender, if it
// has ended, is recycled last, also when moving its value throws.
template <class R>
[[gnu::noinline, gnu::cold]] R receive_with_care(incoming in) {
  const recycle_guard guard{in.rest.finished()};
  if constexpr (std::is_void_v<R>) {
    if (in.rest.is_traced()) tell_tracer(in.rest);
  } else {
    R value(std::move(*static_cast<R*>(in.value)));
    if (in.rest.is_traced()) tell_tracer(in.rest);
    return value;
  }
}

template <class R>
[[gnu::always_inline]] inline R receive(incoming in) {
  if (in.rest) [[unlikely]]
    return receive_with_care<R>(in);
  if constexpr (!std::is_void_v<R>) return R(std::move(*static_cast<R*>(in.value)));
}

// Told by a body without arguments once it runs: the sender may go, if it has ended. The tracer is told of the
// switch; what it throws ends the body.
COIR_API void arguments_taken();

// The parameters of a body: what its first switch must send.
template <class F>
struct signature_of_call : signature_of_call<decltype(&F::operator())> {};

template <class... A>
struct parameters {
  using packed_type = typename packed<A...>::type;

  // Calls f with the packed value that `from` points at, each parameter bound as its declaration says.
  template <class F>
  static decltype(auto) call(F& f, void* from) {
    if constexpr (sizeof...(A) == 0) {
      arguments_taken();
      return std::invoke(f);
    } else {
      // As any value: moving it may run code that switches, or throw.
      packed_type own = receive<packed_type>(settle_with_care(from));
      if constexpr (sizeof...(A) == 1)
        return std::invoke(f, static_cast<A&&>(own)...);
      else
        return apply(f, own, std::index_sequence_for<A...>{});
    }
  }

 private:
  template <class F, class T, std::size_t... I>
  static decltype(auto) apply(F& f, T& own, std::index_sequence<I...>) {
    return std::invoke(f, static_cast<A&&>(std::get<I>(own))...);
  }
};

template <class R, class... A>
struct signature_of_call<R (*)(A...)> : parameters<A...> {};
template <class R, class... A>
struct signature_of_call<R (*)(A...) noexcept> : parameters<A...> {};

#define COIR_SIGNATURE(qualifiers) \
  template <class R, class C, class... A> \
  struct signature_of_call<R (C::*)(A...) qualifiers> : parameters<A...> {};
COIR_SIGNATURE()
COIR_SIGNATURE(const)
COIR_SIGNATURE(&)
COIR_SIGNATURE(const&)
COIR_SIGNATURE(noexcept)
COIR_SIGNATURE(const noexcept)
COIR_SIGNATURE(& noexcept)
COIR_SIGNATURE(const& noexcept)
#undef COIR_SIGNATURE

template <class F>
concept plain_call = std::is_pointer_v<F> || requires { &F::operator(); };

// Generic and overloaded callables have no one signature: they are bodies without parameters.
template <class F>
struct signature_or_nullary : parameters<> {};
template <plain_call F>
struct signature_or_nullary<F> : signature_of_call<F> {};

template <class F>
using signature = signature_or_nullary<std::decay_t<F>>;

}  // namespace coir::detail
