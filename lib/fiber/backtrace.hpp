// Where a fiber is.
#pragma once

#include <string>

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// Where a suspended or parked fiber of this thread waits, or where the current one is; a line for each call,
// indented by `indent`. Of a fiber whose stack has no room for looking it says so.
[[nodiscard]] std::string backtrace_of(control* c, const char* indent);

}  // namespace coir::detail
