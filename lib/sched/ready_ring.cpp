#include <coir/sched/detail/ready_ring.hpp>

namespace coir::detail {
namespace {

constexpr std::size_t first_size = 64;

}  // namespace

ready_ring::ready_ring() : slots_(new turn[first_size]), mask_(first_size - 1) {}

ready_ring::~ready_ring() { delete[] slots_; }

void ready_ring::grow() {
  const std::size_t mask = mask_ * 2 + 1;
  auto* bigger = new turn[mask + 1];
  for (std::size_t i = head_; i != tail_; ++i) bigger[i & mask] = slots_[i & mask_];
  delete[] slots_;
  slots_ = bigger;
  mask_ = mask;
}

void ready_ring::bring_forward(std::size_t from, std::size_t to) noexcept {
  const turn moved = slots_[from & mask_];
  for (; from != to; --from) slots_[from & mask_] = slots_[(from - 1) & mask_];
  slots_[to & mask_] = moved;
}

}  // namespace coir::detail
