// harness/histogram.hpp - durations, kept to within one percent in constant memory
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

/// Counts nanoseconds in buckets that are exact below 128 and at most 1/64 wide, relative to their value, above.
class histogram {
 public:
  void add(std::uint64_t nanoseconds) {
    ++buckets_[index(nanoseconds)];
    ++count_;
  }

  std::uint64_t count() const { return count_; }

  /// The smallest value that at least `share` (0..1) of all values do not exceed, to within its bucket.
  double quantile(double share) const {
    const auto wanted =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share * static_cast<double>(count_) + 0.5));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i)
      if ((seen += buckets_[i]) >= wanted) return middle(i);
    return 0;
  }

 private:
  // A value of b bits lies in group b-7; its seven highest bits say where in the group.
  static constexpr int kept_bits = 7;
  static constexpr std::size_t group = 1 << (kept_bits - 1);

  static std::size_t index(std::uint64_t v) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(v)) - kept_bits);
    return static_cast<std::size_t>(shift) * group + static_cast<std::size_t>(v >> shift);
  }

  static double middle(std::size_t i) {
    const std::size_t shift = i < 2 * group ? 0 : i / group - 1;
    const double low = static_cast<double>(static_cast<std::uint64_t>(i - shift * group) << shift);
    return low + static_cast<double>((std::uint64_t{1} << shift) - 1) / 2;
  }

  std::array<std::uint64_t, (64 - kept_bits + 2) * group> buckets_{};
  std::uint64_t count_ = 0;
};

}  // namespace bench
