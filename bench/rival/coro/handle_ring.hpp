// rival/coro/handle_ring.hpp - the run queue: a ring in an array that doubles when it is full
#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <utility>

namespace bench::coro {

/// First in, first out.
class handle_ring {
 public:
  bool empty() const noexcept { return head_ == tail_; }
  std::size_t size() const noexcept { return tail_ - head_; }

  void push(std::coroutine_handle<> h) {
    if (size() > mask_) [[unlikely]]
      grow();
    slots_[tail_++ & mask_] = h;
  }

  std::coroutine_handle<> pop() noexcept { return slots_[head_++ & mask_]; }

 private:
  // Out of line: it is inlined into every coroutine that yields and would make each save more registers.
  [[gnu::noinline, gnu::cold]] void grow() {
    const std::size_t count = size();
    auto larger = std::make_unique<std::coroutine_handle<>[]>(2 * count);
    for (std::size_t i = 0; i < count; ++i) larger[i] = pop();
    slots_ = std::move(larger);
    mask_ = 2 * count - 1;
    head_ = 0;
    tail_ = count;
  }

  // The size is a power of two, so that positions may run on and wrap by the mask.
  static constexpr std::size_t initial_size = 64;
  std::unique_ptr<std::coroutine_handle<>[]> slots_ = std::make_unique<std::coroutine_handle<>[]>(initial_size);
  std::size_t mask_ = initial_size - 1;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace bench::coro
