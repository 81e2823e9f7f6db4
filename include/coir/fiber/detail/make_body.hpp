// <coir/fiber/detail/make_body.hpp> - from a callable to a fiber's body, and from a switch to its value
#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/detail/packing.hpp>
#include <coir/fiber/fiber_options.hpp>

namespace coir::detail {

// Lets the layers above turn control blocks into handles and back.
struct fiber_access;

// A control block with its stack and room for a body of `size` bytes, aligned to `align`, at the stack's
// top; `place` is where. The caller builds the body there and calls adopt_body.
COIR_API control* allocate_fiber(const fiber_options& options, std::size_t size, std::size_t align, void*& place);
COIR_API void adopt_body(control* c, body* work) noexcept;
COIR_API void abandon_fiber(control* c) noexcept;  // instead of adopt_body, when building threw

// The callable until it has run, then its result until the receiver has taken it.
template <class F>
struct explicit_body : body {
  using result_type = std::decay_t<decltype(signature<F>::call(std::declval<F&>(), nullptr))>;
  static constexpr bool has_result = !std::is_void_v<result_type>;
  struct nothing {};

  template <class G>
  explicit explicit_body(G&& callable) : body{&table}, callable_(std::forward<G>(callable)) {}
  ~explicit_body() {}

  static const type_tag* run(body& b, void* arguments, void*& result) {
    auto& self = static_cast<explicit_body&>(b);
    if constexpr (has_result) {
      ::new (static_cast<void*>(std::addressof(self.result_)))
          result_type(signature<F>::call(self.callable_, arguments));
      self.finished_ = true;
      result = std::addressof(self.result_);
    } else {
      signature<F>::call(self.callable_, arguments);
    }
    return tag_of<result_type>();
  }

  static void destroy(body& b) noexcept {
    auto& self = static_cast<explicit_body&>(b);
    if constexpr (has_result) {
      if (self.finished_) std::destroy_at(std::addressof(self.result_));
    }
    std::destroy_at(std::addressof(self.callable_));
  }

  static constexpr ops table{run, destroy, nullptr, nullptr, tag_of<typename signature<F>::packed_type>()};

  union {
    F callable_;
  };
  union {
    std::conditional_t<has_result, result_type, nothing> result_;
  };
  bool finished_ = false;
};

// A fiber around a `Work`, a body, which is built from `parts`.
template <class Work, class... A>
control* build_fiber(const fiber_options& options, A&&... parts) {
  void* place = nullptr;
  control* c = allocate_fiber(options, sizeof(Work), alignof(Work), place);
  try {
    adopt_body(c, ::new (place) Work(std::forward<A>(parts)...));
  } catch (...) {
    abandon_fiber(c);
    throw;
  }
  return c;
}

template <class F>
control* make_fiber(const fiber_options& options, F&& callable) {
  using callable_type = std::decay_t<F>;
  static_assert(requires { signature<F>::call(std::declval<callable_type&>(), nullptr); },
                "a fiber's body is a callable whose parameters can be deduced, or that takes none");
  return build_fiber<explicit_body<callable_type>>(options, std::forward<F>(callable));
}

template <class R>
[[nodiscard]] constexpr const type_tag* expected() noexcept {
  if constexpr (std::is_void_v<R>)
    return discards;
  else
    return tag_of<std::remove_cv_t<R>>();
}

}  // namespace coir::detail
