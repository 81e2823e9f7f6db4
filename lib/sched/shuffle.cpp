#include <coir/sched/detail/shuffle.hpp>

#include <algorithm>
#include <cstdlib>

#include <coir/sched/detail/ready_ring.hpp>

namespace coir::detail {
namespace {

// How far forward an entry may get: with 100,000 ready fibers, moving it past all of them would take a day.
constexpr std::size_t farthest = 64;

}  // namespace

std::uint64_t shuffle::seed_of_environment() noexcept {
  static const std::uint64_t seed = [] {
    const char* text = std::getenv("COIR_SHUFFLE_SEED");
    return text ? std::strtoull(text, nullptr, 10) : 0ULL;
  }();
  return seed;
}

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
std::uint64_t shuffle::random() noexcept {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void shuffle::keep_front(const ready_ring& ring) noexcept {
  if (kept_ - ring.begin() > ring.size()) kept_ = ring.begin();
}

void shuffle::draw(ready_ring& ring, std::size_t yielding) noexcept {
  const std::size_t begin = ring.begin();
  const std::size_t size = ring.size();
  // Counted from the front; whatever lies outside of the ring has gone.
  const std::size_t kept = kept_ - begin > size ? 0 : kept_ - begin;
  const std::size_t drawn = drawn_ - begin > size ? 0 : drawn_ - begin;
  for (std::size_t i = std::max(kept, drawn); i < size; ++i) {
    if (begin + i == yielding) continue;
    const std::size_t places = std::min(i - kept + 1, farthest);
    ring.bring_forward(begin + i, begin + i - random() % places);
  }
  drawn_ = ring.end();
}

}  // namespace coir::detail
