// test/support/counted.hpp - a value that keeps account of its own kind
#pragma once

#include <atomic>
#include <utility>

namespace support {

/// Counts how many of it live, and how often one was copied or moved. Moved-from ones hold -1. Those that
/// an earlier test has left are no longer counted after start_over().
class counted {
 public:
  explicit counted(int value = 0) noexcept : value_(value) { ++live_; }
  counted(const counted& other) noexcept : value_(other.value_) {
    ++live_;
    ++copies_;
  }
  counted(counted&& other) noexcept : value_(std::exchange(other.value_, -1)) {
    ++live_;
    ++moves_;
  }
  counted& operator=(const counted& other) noexcept {
    value_ = other.value_;
    ++copies_;
    return *this;
  }
  counted& operator=(counted&& other) noexcept {
    value_ = std::exchange(other.value_, -1);
    ++moves_;
    return *this;
  }
  ~counted() {
    if (age_ == current_age_) --live_;
  }

  [[nodiscard]] int value() const noexcept { return value_; }

  [[nodiscard]] static int live() noexcept { return live_; }
  [[nodiscard]] static int copies() noexcept { return copies_; }
  [[nodiscard]] static int moves() noexcept { return moves_; }
  static void start_over() noexcept {
    ++current_age_;
    live_ = 0;
  }

 private:
  int value_;
  int age_ = current_age_;
  static inline std::atomic<int> current_age_{0};
  static inline std::atomic<int> live_{0};
  static inline std::atomic<int> copies_{0};
  static inline std::atomic<int> moves_{0};
};

}  // namespace support
