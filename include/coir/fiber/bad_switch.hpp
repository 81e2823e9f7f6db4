// <coir/fiber/bad_switch.hpp> - the error of a switch that cannot happen
#pragma once

#include <stdexcept>

#include <coir/base/api.hpp>

namespace coir {

/// Thrown when a switch is refused: an empty or parked target, another thread's fiber, a value of a type
/// that the target does not expect. The message names both fibers and both types; nothing has changed.
class COIR_API bad_switch : public std::logic_error {
 public:
  using std::logic_error::logic_error;
  ~bad_switch() override;
};

}  // namespace coir
