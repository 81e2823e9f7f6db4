// <coir/base/timed_out.hpp> - what with_timeout throws
#pragma once

#include <stdexcept>

#include <coir/base/api.hpp>

namespace coir {

/// Thrown by coir::with_timeout when the time was over before the call was.
class COIR_API timed_out : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  // Out of line, so that every part of a program agrees on one type_info.
  ~timed_out() override;
};

}  // namespace coir
