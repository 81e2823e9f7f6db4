// A C++20 coroutine resumed and suspended: the stackless counterpart of a round trip, with the value in the promise.

#include <coroutine>
#include <exception>
#include <utility>

#include "harness/contender.hpp"
#include "switch/workload.hpp"

namespace {

class far_side {
 public:
  struct promise_type {
    void* value = nullptr;

    far_side get_return_object() { return far_side(handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }

    // co_yield sends a value out and gives the next one that comes in.
    auto yield_value(void* out) noexcept {
      value = out;
      struct exchange {
        promise_type& promise;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void* await_resume() const noexcept { return promise.value; }
      };
      return exchange{*this};
    }
  };

  far_side(far_side&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  far_side& operator=(far_side&&) = delete;
  ~far_side() {
    if (handle_) handle_.destroy();
  }

  void* resume(void* value) {
    handle_.promise().value = value;
    handle_.resume();
    return handle_.promise().value;
  }

 private:
  using handle = std::coroutine_handle<promise_type>;
  explicit far_side(handle h) : handle_(h) {}
  handle handle_;
};

// Out of line, as if it came from another file: clang sees through a coroutine it can inline and computes the result at
// compile time, which answers another question.
[[gnu::noinline]] far_side add_ones() {
  void* value = co_yield nullptr;
  for (;;) value = co_yield bench::switching::add_one(value);
}

void run(benchmark::State& state) {
  bench::clear_float_flags();
  far_side far = add_ones();
  far.resume(nullptr);  // up to the first co_yield, where it waits for a value
  bench::switching::measure(state, [&](void* value) { return far.resume(value); });
}

const bench::contender coro("switch/coro", run);

}  // namespace
