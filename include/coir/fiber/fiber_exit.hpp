// <coir/fiber/fiber_exit.hpp> - what unwinds a fiber that is not to go on
#pragma once

#include <coir/base/api.hpp>

namespace coir {

/// Raised inside a suspended fiber to end it: by `throw_to()`, and when its last handle is dropped.
///
/// Let it pass: a body that ends by it has ended normally, with no value. Not a std::exception, so that
/// `catch (const std::exception&)` does not swallow it.
class COIR_API fiber_exit {
 public:
  fiber_exit() noexcept;
  fiber_exit(const fiber_exit&) noexcept;
  fiber_exit& operator=(const fiber_exit&) noexcept;
  virtual ~fiber_exit();
};

}  // namespace coir
