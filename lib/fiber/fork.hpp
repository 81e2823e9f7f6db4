// What becomes of fibers in a forked child: only the one that forked goes on.
#pragma once

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// From now on a fork(2) of this process leaves its child in order. Called once.
void expect_forks();

// Whether `c` is the fiber that went on in this process when it was forked: what is beyond it is not here.
extern constinit const control* forked_fiber;
[[nodiscard]] inline bool has_forked(const control* c) noexcept { return c == forked_fiber; }

}  // namespace coir::detail
