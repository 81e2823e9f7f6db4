// <coir/fiber/detail/generator_work.hpp> - what a generator is made of: its body, its steps' results, its iterator
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/detail/generator_step.hpp>
#include <coir/fiber/detail/make_body.hpp>
#include <coir/fiber/detail/optional_reference.hpp>
#include <coir/fiber/fiber_exit.hpp>
#include <coir/fiber/yielder.hpp>

namespace coir::detail {

// The body of a generator's fiber.
template <class Out, class In, class F>
struct generator_work : generator_body {
  template <class G>
  explicit generator_work(G&& callable) : generator_body{{&table}}, callable_(std::forward<G>(callable)) {}

  static const type_tag* run(body& b, void*, void*&) {
    yielder<Out, In> y(this_thread.current);
    arguments_taken();
    try {
      std::invoke(static_cast<generator_work&>(b).callable_, y);
    } catch (const fiber_exit&) {
      // an end without a result
    }
    return tag_of<yielded<Out>>();
  }

  static void destroy(body& b) noexcept {
    auto& self = static_cast<generator_work&>(b);
    if (self.inside) self.inside->generator = nullptr;
    std::destroy_at(std::addressof(self));
  }

  static constexpr ops table{run, destroy, nullptr, nullptr, tag_of<void>()};

  F callable_;
};

template <class Out, class In, class F>
[[nodiscard]] fiber make_generator(const fiber_options& options, F&& callable) {
  using work = generator_work<Out, In, std::decay_t<F>>;
  control* c = build_fiber<work>(options, std::forward<F>(callable));
  c->borrows = true;
  return fiber_access::adopt(c);
}

// A step without a value of the stepper's.
template <class In>
concept sends_by_itself = std::is_void_v<In> || std::default_initializable<In>;

template <class Out, class In>
[[gnu::always_inline]] inline void* advance(control* c) {
  if constexpr (std::is_void_v<In>) {
    return step<Out, In>(c, nullptr, step_kind::next);
  } else if constexpr (sends_by_itself<In>) {
    In value{};
    return step<Out, In>(c, address_of(value), step_kind::next);
  } else {
    return step_with_care(c, tags_of<Out, In>, nullptr, step_kind::start);
  }
}

// GCC 12 warns of every `*g.next()`, for it might be empty.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

// From the address that a step brings to what it returns.
template <class Out>
struct step_result {
  using type = std::optional<Out>;
  [[gnu::always_inline]] static type of(void* address) {
    if (!address) return std::nullopt;
    return type(std::in_place, std::move(*static_cast<Out*>(address)));
  }
};
template <class T>
struct step_result<T&> {
  using type = optional_reference<T>;
  [[gnu::always_inline]] static type of(void* address) noexcept {
    if (!address) return std::nullopt;
    return type(*static_cast<T*>(address));
  }
};
template <>
struct step_result<void> {
  using type = bool;
  [[gnu::always_inline]] static type of(void* address) noexcept { return address != nullptr; }
};

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

// Holds the address that the last step has brought.
template <class Out, class In>
class generator_iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = std::remove_cvref_t<Out>;
  using difference_type = std::ptrdiff_t;
  using pointer = std::add_pointer_t<Out>;

  [[gnu::always_inline]] explicit generator_iterator(control* c) : generator_(c) { ++*this; }

  [[nodiscard]] Out&& operator*() const noexcept { return static_cast<Out&&>(*value_); }
  [[nodiscard]] pointer operator->() const noexcept { return value_; }
  [[gnu::always_inline]] generator_iterator& operator++() {
    value_ = static_cast<pointer>(advance<Out, In>(generator_));
    return *this;
  }
  [[gnu::always_inline]] void operator++(int) { ++*this; }

  [[nodiscard]] friend bool operator==(const generator_iterator& i, std::default_sentinel_t) noexcept {
    return i.value_ == nullptr;
  }

 private:
  control* generator_;
  pointer value_ = nullptr;
};

}  // namespace coir::detail
