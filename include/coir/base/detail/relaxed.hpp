// <coir/base/detail/relaxed.hpp> - a variable of one thread that others may look at
#pragma once

#include <atomic>

namespace coir::detail {

// Reads and writes like a T. Relaxed: whoever looks from another thread learns some value that it had, and
// nothing else; what it costs is a plain move.
template <class T>
class relaxed {
 public:
  constexpr relaxed(T value) noexcept : value_(value) {}
  relaxed(const relaxed&) = delete;
  relaxed& operator=(const relaxed&) = delete;

  T operator=(T value) noexcept {
    value_.store(value, std::memory_order_relaxed);
    return value;
  }
  operator T() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<T> value_;
};

}  // namespace coir::detail
