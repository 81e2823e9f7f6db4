// rival/coro/task.hpp - a lazy coroutine that somebody awaits
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace bench::coro {

template <class T = void>
class task;

namespace detail {

// What follows when the coroutine ends: the one who awaits it, or nothing, which returns to whoever resumed it.
class promise_base {
 public:
  struct end_awaiter {
    bool await_ready() const noexcept { return false; }
    // Symmetric transfer: a chain of a million awaiting tasks unwinds without growing the stack.
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      promise_base& promise = ended.promise();
      if (promise.detached_) {
        ended.destroy();
        return std::noop_coroutine();
      }
      return promise.continuation_;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }

  end_awaiter final_suspend() noexcept { return {}; }

  void unhandled_exception() {
    if (detached_) std::terminate();
    error_ = std::current_exception();
  }

  void continue_with(std::coroutine_handle<> next) noexcept { continuation_ = next; }
  void detach() noexcept { detached_ = true; }

 protected:
  void rethrow_error() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::coroutine_handle<> continuation_ = std::noop_coroutine();
  std::exception_ptr error_;
  bool detached_ = false;
};

template <class T>
class promise : public promise_base {
 public:
  task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T result() {
    rethrow_error();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class promise<void> : public promise_base {
 public:
  task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void result() const { rethrow_error(); }
};

}  // namespace detail

/// Owns a coroutine. It starts when it is awaited, or when a scheduler takes it (`scheduler::spawn`), and dies with its
/// task.
template <class T>
class [[nodiscard]] task {
 public:
  using promise_type = detail::promise<T>;
  using handle = std::coroutine_handle<promise_type>;

  task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  task& operator=(task other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() noexcept {
    struct awaiter {
      handle awaited;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept {
        awaited.promise().continue_with(awaiting);
        return awaited;
      }
      T await_resume() const { return awaited.promise().result(); }
    };
    return awaiter{handle_};
  }

  handle release() noexcept { return std::exchange(handle_, nullptr); }

 private:
  friend promise_type;
  explicit task(handle h) noexcept : handle_(h) {}
  handle handle_;
};

template <class T>
task<T> detail::promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<promise>::from_promise(*this));
}

inline task<void> detail::promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<promise>::from_promise(*this));
}

}  // namespace bench::coro
