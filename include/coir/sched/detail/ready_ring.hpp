// <coir/sched/detail/ready_ring.hpp> - the fibers that are ready to run, first come, first served
//
// An array, not a list through the fibers: with 100,000 ready ones each hop along a list is a cache miss
// that the next one waits for, while a processor runs ahead over an array.
#pragma once

#include <cstddef>
#include <cstdint>

#include <coir/base/api.hpp>
#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

struct activity;

// Whose turn comes, and on whose behalf it runs: kept here and not in the fiber's frame, for that is cold
// when its turn comes, and everything that follows would wait for it.
struct turn {
  control* fiber = nullptr;
  activity* active = nullptr;

  friend bool operator==(const turn&, const turn&) = default;
};

class COIR_API ready_ring {
 public:
  ready_ring();
  ready_ring(const ready_ring&) = delete;
  ready_ring& operator=(const ready_ring&) = delete;
  ~ready_ring();

  [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }
  [[nodiscard]] std::size_t size() const noexcept { return tail_ - head_; }

  // More than the caches next to the processor hold: the fibers of coming turns should be fetched ahead.
  // Ten nanoseconds apart, these distances are beyond a miss of the caches and of the TLB.
  static constexpr std::size_t many = 1024;
  static constexpr std::size_t fetch_fiber = 32;
  static constexpr std::size_t fetch_stack = 16;

  // Whether it is neither empty nor large; one comparison.
  [[nodiscard]] bool is_handy() const noexcept { return size() - 1 < many; }

  // Of a ring of at least `many`: the control block of the turn after next but so many, then its stack, whose
  // address is in the block.
  void fetch_ahead() const noexcept {
    __builtin_prefetch(slots_[(head_ + fetch_fiber) & mask_].fiber);
    __builtin_prefetch(slots_[(head_ + fetch_stack) & mask_].fiber->context.sp);
  }

  // Room for one more. Throws std::bad_alloc.
  void reserve_one() {
    if (size() > mask_) [[unlikely]]
      grow();
  }

  // Throws std::bad_alloc when it has to grow and cannot.
  void push(const turn& t) {
    reserve_one();
    slots_[tail_++ & mask_] = t;
  }

  // Before all others. Throws std::bad_alloc.
  void push_front(const turn& t) {
    reserve_one();
    ++fronts_;
    slots_[--head_ & mask_] = t;
  }

  turn pop() noexcept { return slots_[head_++ & mask_]; }
  [[nodiscard]] const turn& front() const noexcept { return slots_[head_ & mask_]; }
  [[nodiscard]] const turn& back() const noexcept { return slots_[(tail_ - 1) & mask_]; }

  // Pops the front and pushes `t` into the room that it leaves.
  void rotate(const turn& t) noexcept {
    ++head_;
    slots_[tail_++ & mask_] = t;
  }

  // The front's position, and the one behind the last, modulo 2^64. Those between keep theirs until they go.
  [[nodiscard]] std::size_t begin() const noexcept { return head_; }
  [[nodiscard]] std::size_t end() const noexcept { return tail_; }
  // From a position to one before it; those between make room.
  void bring_forward(std::size_t from, std::size_t to) noexcept;

  // How many have been popped so far.
  [[nodiscard]] std::uint64_t popped() const noexcept { return head_ + fronts_; }

 private:
  void grow();

  turn* slots_;
  std::size_t mask_;
  // Modulo 2^64; the slot is the low bits.
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
  std::uint64_t fronts_ = 0;  // push_fronts so far
};

}  // namespace coir::detail
