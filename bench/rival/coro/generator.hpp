// rival/coro/generator.hpp - a stackless generator for range-for
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <utility>

namespace bench::coro {

/// Yields values of `T` from the body of one coroutine; a value lives until the generator is resumed.
template <class T>
class [[nodiscard]] generator {
 public:
  class promise_type {
   public:
    generator get_return_object() noexcept { return generator(handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    // The yielded expression outlives the suspension, so its address is enough.
    std::suspend_always yield_value(const T& value) noexcept {
      value_ = std::addressof(value);
      return {};
    }
    void return_void() noexcept {}
    // Kept, not rethrown from here: clang 14 would destroy the body's temporaries a second time.
    void unhandled_exception() { error_ = std::current_exception(); }
    void await_transform() = delete;
    const T& value() const noexcept { return *value_; }
    void rethrow_error() const {
      if (error_) std::rethrow_exception(error_);
    }

   private:
    const T* value_ = nullptr;
    std::exception_ptr error_;
  };

  using handle = std::coroutine_handle<promise_type>;

  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    explicit iterator(handle h) noexcept : handle_(h) {}
    const T& operator*() const noexcept { return handle_.promise().value(); }
    iterator& operator++() {
      advance(handle_);
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept { return i.handle_.done(); }

   private:
    handle handle_;
  };

  generator(generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  generator& operator=(generator other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~generator() {
    if (handle_) handle_.destroy();
  }

  iterator begin() {
    advance(handle_);
    return iterator(handle_);
  }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  explicit generator(handle h) noexcept : handle_(h) {}

  static void advance(handle h) {
    h.resume();
    if (h.done()) h.promise().rethrow_error();
  }

  handle handle_;
};

}  // namespace bench::coro
