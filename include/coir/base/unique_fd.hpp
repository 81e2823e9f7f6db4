// <coir/base/unique_fd.hpp> - an owned file descriptor
#pragma once

#include <utility>

#include <coir/base/api.hpp>

namespace coir {

/// Owns one file descriptor and closes it.
///
/// Threads: any, one at a time
class COIR_API unique_fd {
 public:
  unique_fd() noexcept = default;
  explicit unique_fd(int fd) noexcept : fd_(fd) {}
  unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~unique_fd() { reset(); }

  /// The descriptor, or -1 when empty. Stays owned.
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

  /// Gives the descriptor away without closing it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  /// Closes what is owned and takes `fd` instead. Errors of close(2) are ignored: after them the number
  /// is free all the same (close(2), NOTES).
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

}  // namespace coir
