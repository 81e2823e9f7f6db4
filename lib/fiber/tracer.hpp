// Telling the tracer.
#pragma once

#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/tracer.hpp>

namespace coir::detail {

// Tells the thread's tracer that the current fiber goes on, by `event`.
void tell_tracer(trace_event event, aftermath rest);

}  // namespace coir::detail
