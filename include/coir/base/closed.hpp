// <coir/base/closed.hpp> - the error of using what has been closed
#pragma once

#include <stdexcept>

#include <coir/base/api.hpp>

namespace coir {

/// Thrown by an operation on something that was closed, before or while it waited.
class COIR_API closed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~closed() override;
};

}  // namespace coir
