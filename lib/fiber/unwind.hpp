// Ending a suspended fiber by raising fiber_exit in it.
#pragma once

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

enum class unwind_reason { dropped, thread_ends };

// Unwinds a suspended fiber of this thread; the current fiber stands in as its parent and waits. It lives on
// if it stores a handle to itself meanwhile, unless its thread ends; one that swallows the order to leave
// gets it again, and is named on stderr when it refuses for good.
void kill(control* c, unwind_reason reason) noexcept;

// Whether the current fiber, which is being unwound, has swallowed its fiber_exit and is to get it again
// instead of switching.
[[nodiscard]] bool meets_exit_again(control* self);

// Unwinds every fiber of the calling thread that is suspended, but for the current one. Returns how many.
std::size_t unwind_thread(unwind_reason reason) noexcept;

}  // namespace coir::detail
