// <coir/sched/detail/shuffle.hpp> - the order of ready fibers, drawn from a seed
//
// A test that passes in one order may pass by luck. Only what nobody is promised is drawn: whoever yields
// still runs after all that were ready then, and run_now's caller next.
#pragma once

#include <cstddef>
#include <cstdint>

#include <coir/base/api.hpp>

namespace coir::detail {

class ready_ring;

class COIR_API shuffle {
 public:
  // The number in the environment variable COIR_SHUFFLE_SEED; 0: there is none.
  [[nodiscard]] static std::uint64_t seed_of_environment() noexcept;

  // 0: off.
  explicit shuffle(std::uint64_t seed) noexcept : seed_(seed), state_(seed) {}

  [[nodiscard]] bool is_on() const noexcept { return seed_ != 0; }

  // What is pushed to the front of the ring next stays there.
  void keep_front(const ready_ring& ring) noexcept;

  // Draws the places of the entries that have come since the last time, among all that are there; none for
  // the one at `yielding`, a position.
  void draw(ready_ring& ring, std::size_t yielding) noexcept;

 private:
  std::uint64_t random() noexcept;

  std::uint64_t seed_;
  std::uint64_t state_;
  std::size_t drawn_ = 0;  // the ring's positions before this one have been drawn
  std::size_t kept_ = 0;   // those before this one were pushed to the front; of no meaning outside of the ring
};

}  // namespace coir::detail
