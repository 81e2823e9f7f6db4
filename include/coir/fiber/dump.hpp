// <coir/fiber/dump.hpp> - what all the fibers are doing
#pragma once

#include <iosfwd>

#include <coir/base/api.hpp>

namespace coir {

/// Writes every fiber of the process that has not ended: name, state, what it waits for, its parent, how much
/// of its stack it uses, and where it is suspended.
///
/// For programs that hang, and for their logs. A backtrace is taken on the suspended fiber's own stack, by the
/// thread that it belongs to; other threads are asked, and one that is busy for 100 ms has its fibers listed
/// without backtraces. Functions are named where the dynamic linker knows them (link with -rdynamic); the
/// offset in brackets is for addr2line(1). In a debugger take `coir fibers` (doc/guide/debugging.md).
///
/// Threads:  any; blocks the calling one while others answer
/// Throws:   std::bad_alloc; what `out` throws
COIR_API void dump(std::ostream& out);

}  // namespace coir
