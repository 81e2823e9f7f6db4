// test/parity/greenlet/shared.hpp - what greenlet's tests have in common
#pragma once

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "sanitizer.hpp"
#include "thrown.hpp"

namespace parity {

using coir::bad_switch;
using coir::fiber;
using coir::fiber_exit;
using support::counted;
using support::names;
using support::text_of;
using support::to_parent;

using words = std::vector<std::string>;

struct some_error : std::runtime_error {
  some_error() : std::runtime_error("some error") {}
};

/// A body that waits in its parent, notes what is thrown at it, and else ends by some_error.
inline auto waits_or_fails(words& seen) {
  return [&seen] {
    try {
      to_parent();
    } catch (const fiber_exit&) {
      seen.emplace_back("fiber_exit");
      throw;
    } catch (const std::exception& e) {
      seen.emplace_back(e.what());
      throw;
    }
    throw some_error();
  };
}

/// Runs `code` on a thread of its own, to its end.
template <class F>
void on_a_thread(F&& code) {
  std::thread(std::forward<F>(code)).join();
}

/// A fiber that waits in its parent for ever, with `held` on its stack.
template <class T>
fiber suspended_with(T held) {
  fiber f([held = std::move(held)] { to_parent(); });
  f.switch_to();
  return f;
}

}  // namespace parity
