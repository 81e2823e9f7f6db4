// The shortest stackless generator of integers: no template, no exceptions, no iterator. It shows that `coro` pays
// nothing for being usable.

#include <coroutine>
#include <cstdint>
#include <exception>

#include "generator/workload.hpp"
#include "harness/contender.hpp"

namespace {

struct integers {
  struct promise_type {
    std::uint64_t value = 0;
    integers get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(std::uint64_t v) noexcept {
      value = v;
      return {};
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

// Out of line, as if it came from another file: clang sees through a coroutine it can inline and computes the result at
// compile time, which answers another question.
[[gnu::noinline]] integers count_up(std::uint64_t end) {
  for (std::uint64_t i = 0; i < end; ++i) co_yield i;
}

void run(benchmark::State& state) {
  bench::generating::measure(state, [] {
    const auto generator = count_up(bench::generating::numbers).handle;
    std::uint64_t sum = 0;
    for (generator.resume(); !generator.done(); generator.resume()) sum += generator.promise().value;
    generator.destroy();
    return sum;
  });
}

const bench::contender coro_reference("generator/coro_reference", run);

}  // namespace
