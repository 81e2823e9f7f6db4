// test/support/reason_of.hpp - why a call was cancelled
#pragma once

#include <string>
#include <utility>

#include <coir/base/cancelled.hpp>

namespace support {

/// The reason that `call` is cancelled for, or "not cancelled".
template <class F>
std::string reason_of(F&& call) {
  try {
    std::forward<F>(call)();
  } catch (const coir::cancelled& c) {
    return c.reason();
  }
  return "not cancelled";
}

}  // namespace support
