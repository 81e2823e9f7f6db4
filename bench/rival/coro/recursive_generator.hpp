// rival/coro/recursive_generator.hpp - a stackless generator that can delegate to others of its kind
//
// Semantics: std::generator and std::ranges::elements_of of C++23 (P2502).
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <utility>

namespace bench::coro {

/// `co_yield elements_of(g)` yields everything that `g` yields.
template <class Generator>
struct elements_of {
  Generator generator;
  explicit elements_of(Generator&& g) noexcept : generator(std::move(g)) {}
};

/// Yields values of `T` from a body, and from those that it delegates to; a value lives until the next step.
///
/// The outermost one knows the innermost one, which a step resumes directly, however deep it is.
template <class T>
class [[nodiscard]] recursive_generator {
 public:
  class promise_type;
  using handle = std::coroutine_handle<promise_type>;

  class promise_type {
   public:
    recursive_generator get_return_object() noexcept { return recursive_generator(handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }

    // Back to the one that delegated, without growing the stack; from the outermost one to its consumer.
    auto final_suspend() noexcept {
      struct end {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(handle ended) const noexcept {
          promise_type& p = ended.promise();
          if (!p.parent_) return std::noop_coroutine();
          p.outermost_->innermost_ = p.parent_;
          return p.parent_;
        }
        void await_resume() const noexcept {}
      };
      return end{};
    }

    // The yielded expression outlives the suspension, so its address is enough.
    std::suspend_always yield_value(const T& value) noexcept {
      outermost_->value_ = std::addressof(value);
      return {};
    }

    auto yield_value(elements_of<recursive_generator>&& inner) noexcept {
      struct delegation {
        recursive_generator inner;
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(handle outer) const noexcept {
          promise_type& p = inner.handle_.promise();
          p.parent_ = outer;
          p.outermost_ = outer.promise().outermost_;
          p.outermost_->innermost_ = inner.handle_;
          return inner.handle_;
        }
        void await_resume() const { inner.handle_.promise().rethrow_error(); }
      };
      return delegation{std::move(inner.generator)};
    }

    void return_void() noexcept {}
    // Kept, not rethrown from here: clang 14 would destroy the body's temporaries a second time.
    void unhandled_exception() { error_ = std::current_exception(); }
    void await_transform() = delete;

    // Of the outermost one only.
    const T& value() const noexcept { return *value_; }
    handle innermost() const noexcept { return innermost_; }
    void rethrow_error() const {
      if (error_) std::rethrow_exception(error_);
    }

   private:
    const T* value_ = nullptr;
    promise_type* outermost_ = this;
    handle innermost_ = handle::from_promise(*this);
    handle parent_;
    std::exception_ptr error_;
  };

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

  recursive_generator(recursive_generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  recursive_generator& operator=(recursive_generator other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~recursive_generator() {
    if (handle_) handle_.destroy();
  }

  iterator begin() {
    advance(handle_);
    return iterator(handle_);
  }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  explicit recursive_generator(handle h) noexcept : handle_(h) {}

  static void advance(handle outermost) {
    outermost.promise().innermost().resume();
    if (outermost.done()) outermost.promise().rethrow_error();
  }

  handle handle_;
};

}  // namespace bench::coro
