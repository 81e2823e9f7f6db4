// <coir/base/detail/fatal.hpp> - the end for misuse that would corrupt memory
#pragma once

#include <coir/base/api.hpp>

namespace coir::detail {

// Prints "coir: <message>" and a hint on stderr, then aborts.
[[noreturn, gnu::cold, gnu::format(printf, 2, 3)]] COIR_API void fatal(const char* hint, const char* format, ...) noexcept;

}  // namespace coir::detail
