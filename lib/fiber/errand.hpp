// Running a function on top of a suspended fiber's stack, without resuming the fiber: for backtraces.
#pragma once

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// Runs `e` on the stack of `c`, which belongs to this thread and waits in a switch or in a scheduler. As far
// as `c` can tell nothing has happened.
void run_on_top(control* c, const errand& e) noexcept;

// The other side: runs the errand that has arrived, goes back to who sent it, and waits on. Returns the value
// of the switch that goes on with the fiber, or brings another errand.
[[nodiscard]] void* run_errand() noexcept;

}  // namespace coir::detail
