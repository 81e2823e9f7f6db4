// <coir/task/group_error.hpp> - several errors at once
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <coir/base/api.hpp>

namespace coir {

/// What a coir::group throws when more than one thing has gone wrong; what() tells all of them.
class COIR_API group_error : public std::runtime_error {
 public:
  explicit group_error(std::vector<std::exception_ptr> errors);
  // Out of line, so that every part of a program agrees on one type_info.
  ~group_error() override;

  /// In the order in which they happened.
  [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

 private:
  std::vector<std::exception_ptr> errors_;
};

namespace detail {

// Throws the only one of `errors` as it is, several as one group_error; returns when there is none.
COIR_API void throw_errors(std::vector<std::exception_ptr> errors);

}  // namespace detail
}  // namespace coir
