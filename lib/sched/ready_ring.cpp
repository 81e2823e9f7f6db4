#include <coir/sched/detail/ready_ring.hpp>

namespace coir::detail {
namespace {

constexpr std::size_t first_size = 64;

}  // namespace

ready_ring::ready_ring() : slots_(new turn[first_size]), mask_(first_size - 1) {}

ready_ring::~ready_ring() { delete[] slots_; }

void ready_ring::grow() {
  const std::size_t count = size();
  const std::size_t capacity = (mask_ + 1) * 2;
  auto* bigger = new turn[capacity];
  for (std::size_t i = 0; i < count; ++i) bigger[i] = slots_[(head_ + i) & mask_];
  delete[] slots_;
  slots_ = bigger;
  mask_ = capacity - 1;
  head_ = 0;
  tail_ = count;
}

}  // namespace coir::detail
