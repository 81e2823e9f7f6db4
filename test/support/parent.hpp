// test/support/parent.hpp - what a fiber's body does most: it hands something to its parent
#pragma once

#include <utility>

#include <coir/fiber/fiber.hpp>

namespace support {

/// Switches from the current fiber to its parent.
template <class R = void, class... A>
R to_parent(A&&... values) {
  return coir::fiber::current().parent().template switch_to<R>(std::forward<A>(values)...);
}

}  // namespace support
