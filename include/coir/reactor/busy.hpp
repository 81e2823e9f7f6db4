// <coir/reactor/busy.hpp> - the error of two fibers waiting for the same end of one thing
#pragma once

#include <stdexcept>

#include <coir/base/api.hpp>

namespace coir {

/// Thrown to the second of two fibers that read (or write) the same descriptor at once; names the first.
class COIR_API busy : public std::logic_error {
 public:
  using std::logic_error::logic_error;
  ~busy() override;
};

}  // namespace coir
