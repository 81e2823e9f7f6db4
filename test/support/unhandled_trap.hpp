// test/support/unhandled_trap.hpp - what went to the unhandled hook
#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <coir/base/unhandled.hpp>

namespace support {

/// Collects what is reported while it lives. One at a time.
class unhandled_trap {
 public:
  struct report {
    std::exception_ptr error;
    std::string origin;
    std::string where;

    /// what() of the error, or "?" when it is not a std::exception.
    [[nodiscard]] std::string text() const {
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& e) {
        return e.what();
      } catch (...) {
        return "?";
      }
    }
  };

  unhandled_trap() : before_(coir::set_unhandled_hook(&store)) { take(); }
  unhandled_trap(const unhandled_trap&) = delete;
  unhandled_trap& operator=(const unhandled_trap&) = delete;
  ~unhandled_trap() { coir::set_unhandled_hook(before_); }

  /// The reports so far, which are forgotten.
  static std::vector<report> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reports_, {});
  }

 private:
  static void store(const coir::unhandled_error& e) noexcept {
    const std::lock_guard lock(mutex_);
    reports_.push_back({e.error, std::string(e.origin), std::string(e.where)});
  }

  coir::unhandled_hook before_;
  static inline std::mutex mutex_;
  static inline std::vector<report> reports_;
};

}  // namespace support
