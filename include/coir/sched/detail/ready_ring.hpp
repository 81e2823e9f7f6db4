// <coir/sched/detail/ready_ring.hpp> - the fibers that are ready to run, first come, first served
//
// An array, not a list through the fibers: with 100,000 ready ones each hop along a list is a cache miss
// that the next one waits for, while a processor runs ahead over an array.
#pragma once

#include <cstddef>

#include <coir/base/api.hpp>
#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

class COIR_API ready_ring {
 public:
  ready_ring();
  ready_ring(const ready_ring&) = delete;
  ready_ring& operator=(const ready_ring&) = delete;
  ~ready_ring();

  [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }
  [[nodiscard]] std::size_t size() const noexcept { return tail_ - head_; }

  // Throws std::bad_alloc when it has to grow and cannot.
  void push(control* c) {
    if (size() > mask_) [[unlikely]]
      grow();
    slots_[tail_++ & mask_] = c;
  }

  control* pop() noexcept { return slots_[head_++ & mask_]; }
  [[nodiscard]] control* front() const noexcept { return slots_[head_ & mask_]; }

  // Pops the front and pushes `c` into the room that it leaves.
  void rotate(control* c) noexcept {
    ++head_;
    slots_[tail_++ & mask_] = c;
  }

 private:
  void grow();

  control** slots_;
  std::size_t mask_;
  // Count up for ever; the slot is the low bits.
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace coir::detail
