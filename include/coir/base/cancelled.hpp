// <coir/base/cancelled.hpp> - what a cancelled blocking call throws
#pragma once

#include <string>
#include <utility>

#include <coir/base/api.hpp>

namespace coir {

/// Thrown by a blocking call of a cancelled task: the operation did not happen.
///
/// Not a std::exception, so that `catch (const std::exception&)` lets it pass; whoever swallows it by
/// `catch (...)` meets it again at the next blocking call.
class COIR_API cancelled {
 public:
  explicit cancelled(std::string reason = {}, std::string by = {}) : reason_(std::move(reason)), by_(std::move(by)) {}
  cancelled(const cancelled&) = default;
  cancelled(cancelled&&) = default;
  cancelled& operator=(const cancelled&) = default;
  cancelled& operator=(cancelled&&) = default;
  // Out of line, so that every part of a program agrees on one type_info.
  virtual ~cancelled();

  /// What the canceller gave as its reason; may be empty.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  /// Who asked for it: "task 'reader'", "main", "a deadline"; empty when that is not known.
  [[nodiscard]] const std::string& by() const noexcept { return by_; }

 private:
  std::string reason_;
  std::string by_;
};

}  // namespace coir
