// <coir/sched/detail/timer_heap.hpp> - sleeping fibers by deadline
//
// A pairing heap (Fredman, Sedgewick, Sleator and Tarjan, "The pairing heap", Algorithmica 1, 1986) whose
// nodes live in the sleepers' stack frames: insert O(1), cancel and pop O(log n) amortised, no allocation.
// Equal deadlines come out in the order of insertion.
#pragma once

#include <cstdint>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/sched/wake_token.hpp>

namespace coir::detail {

struct timer {
  deadline at{};
  lowlevel::wake_token sleeper;
  std::uint64_t order = 0;   // breaks ties
  timer* child = nullptr;    // first of its children
  timer* sibling = nullptr;  // next child of the same parent
  timer* back = nullptr;     // previous sibling, of a first child the parent; nullptr: root, or not queued
  bool queued = false;
};

class COIR_API timer_heap {
 public:
  [[nodiscard]] bool empty() const noexcept { return root_ == nullptr; }
  [[nodiscard]] deadline next() const noexcept { return root_ ? root_->at : never; }

  void insert(timer& t) noexcept;
  void erase(timer& t) noexcept;
  timer& pop() noexcept;

 private:
  static timer* meld(timer* a, timer* b) noexcept;
  static timer* combine(timer* first) noexcept;

  timer* root_ = nullptr;
  std::uint64_t inserted_ = 0;
};

}  // namespace coir::detail
