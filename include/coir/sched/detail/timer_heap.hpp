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

struct scope;

// Set by insert(), but for `queued`: a wait without a deadline does not touch the rest.
struct timer {
  timer() noexcept {}  // NOLINT(modernize-use-equals-default): `= default` would let `{}` clear all of it
  bool queued = false;
  deadline at;
  std::uint64_t order;  // breaks ties
  timer* child;         // first of its children
  timer* sibling;       // next child of the same parent
  timer* back;          // previous sibling, of a first child the parent; nullptr: root
  lowlevel::wake_token sleeper;
  scope* expires;       // cancelled in place of waking `sleeper`; nullptr: nobody
};

class COIR_API timer_heap {
 public:
  [[nodiscard]] bool empty() const noexcept { return root_ == nullptr; }
  [[nodiscard]] deadline next() const noexcept { return root_ ? root_->at : never; }

  void insert(timer& t, deadline at, lowlevel::wake_token sleeper, scope* expires = nullptr) noexcept;
  void erase(timer& t) noexcept;
  timer& pop() noexcept;

 private:
  static timer* meld(timer* a, timer* b) noexcept;
  static timer* combine(timer* first) noexcept;

  timer* root_ = nullptr;
  std::uint64_t inserted_ = 0;
};

}  // namespace coir::detail
