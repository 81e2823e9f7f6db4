// <coir/sched/detail/timer_heap.hpp> - what is to happen at some time, soonest first
//
// A radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, "Faster algorithms for the shortest path problem", JACM 37,
// 1990): the later a timer, the coarser the bucket that it is thrown into; a bucket is sorted out when its time
// comes. What comes first lies in a small binary heap. Insert and erase take O(1), pop O(log n), in sequential passes
// over arrays; nothing is allocated per timer, for the arrays are kept.
//
// Timers lie in the frames of sleeping fibers, which are cold, each on a page of its own. So whatever has to be moved
// and compared is kept here, side by side, and a frame is touched when its time has come. An erased timer leaves its
// entry behind, to be dropped when it is met.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/sched/wake_token.hpp>

namespace coir::detail {

// Set by insert(), but for `queued`: a wait without a deadline does not touch the rest.
struct timer {
  timer() noexcept {}  // NOLINT(modernize-use-equals-default): `= default` would let `{}` clear all of it
  bool queued = false;
  bool is_short;       // for whoever has several heaps
  std::uint32_t slot;  // where the heap keeps the way back
  deadline at;
  lowlevel::wake_token sleeper;
  void (*fire)(timer& t) noexcept;  // called in place of waking the sleeper; nullptr: it is woken
};

class COIR_API timer_heap {
 public:
  [[nodiscard]] bool empty() const noexcept { return near_.empty(); }

  [[nodiscard]] deadline next() const noexcept { return near_.empty() ? never : near_.front().at; }

  // Equal ones come out in the order of insertion.
  void insert(timer& t, deadline at, lowlevel::wake_token sleeper) noexcept;

  void erase(timer& t) noexcept;

  // Takes the first one out, which there is.
  timer& pop() noexcept;

 private:
  struct entry {
    deadline at;
    std::uint32_t slot;
    std::uint32_t order;  // breaks ties; counts modulo 2^32
  };
  // Whether `a` comes after `b`: what the heap of the standard library calls less.
  struct later {
    bool operator()(const entry& a, const entry& b) const noexcept;
  };

  [[nodiscard]] bool is_erased(const entry& e) const noexcept { return slots_[e.slot] == nullptr; }
  [[nodiscard]] std::uint32_t take_slot(timer& t) noexcept;
  void free_slot(std::uint32_t slot) noexcept { free_slots_.push_back(slot); }
  void forget(const entry& erased) noexcept;
  void place(const entry& e) noexcept;
  void drop_first() noexcept;
  void bring_near() noexcept;
  void sort_out(std::vector<entry>& bucket) noexcept;
  void spread() noexcept;
  void sweep() noexcept;

  // What comes until the horizon, as a heap. Its first one is not erased, and it is empty only when there is no timer.
  std::vector<entry> near_;
  std::uint64_t horizon_ = 0;  // a deadline, as bits
  // What comes later: in far_[b] where bit b is the highest that differs from the horizon's.
  std::array<std::vector<entry>, 64> far_;
  std::uint64_t used_ = 0;  // bit b: far_[b] is not empty

  std::vector<timer*> slots_;  // nullptr: erased, while the entry is still there
  std::vector<std::uint32_t> free_slots_;
  std::size_t live_ = 0;
  std::size_t erased_ = 0;  // entries whose timers were
  std::uint32_t inserted_ = 0;
};

// The milliseconds of the clock. Measured with 100,000 sleepers in a second; see doc/design/decisions.md.
inline constexpr clock::duration tick = std::chrono::milliseconds(1);
// Long waits are longer than this, so that none is late by more than an eighth of its length for the tick's sake.
inline constexpr clock::duration long_wait = 8 * tick;

// The end of the tick in which `at` lies: then, or less than a tick later.
[[nodiscard]] constexpr deadline end_of_tick(deadline at) noexcept {
  const clock::duration within = at.time_since_epoch() % tick;
  if (within <= clock::duration::zero()) return at - within;
  return at > never - tick ? never : at + (tick - within);
}

// A scheduler's timers, and when it is woken up for them. Waking up costs an idle thread microseconds, more than going
// on with a sleeping fiber does; one for each of many deadlines would be most of what they cost. So an idle scheduler
// looks after long waits at the ends of ticks: those that end within one share a wake-up. A scheduler that is awake
// goes by the deadlines themselves.
class COIR_API timers {
 public:
  [[nodiscard]] bool empty() const noexcept { return short_.empty() && long_.empty(); }

  // The first deadline; never: there is none.
  [[nodiscard]] deadline next() const noexcept { return short_.next() < long_.next() ? short_.next() : long_.next(); }

  // When somebody idle has to look; never: there is none.
  [[nodiscard]] deadline wake_up() const noexcept {
    const deadline shared = long_.empty() ? never : end_of_tick(long_.next());
    return short_.next() < shared ? short_.next() : shared;
  }

  // Equal ones come out in the order of insertion.
  void insert(timer& t, deadline at, lowlevel::wake_token sleeper) noexcept;
  // The same for something to be called, by somebody who has just looked at the clock.
  void insert(timer& t, deadline at, deadline now, void (*fire)(timer&) noexcept) noexcept;
  void erase(timer& t) noexcept { (t.is_short ? short_ : long_).erase(t); }

  // Takes the first one out, which there is.
  timer& pop() noexcept {
    // Of equal ones, that for which it was a long wait is older.
    return short_.next() < long_.next() ? short_.pop() : long_.pop();
  }

 private:
  timer_heap short_;
  timer_heap long_;
};

}  // namespace coir::detail
