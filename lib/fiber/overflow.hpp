// What is said when a fiber overruns its stack, before the process dies of it.
//
// A handler of SIGSEGV, installed once, on an alternate signal stack for each thread, for a fiber that has
// no stack left cannot run it. Addresses in the guard of the current fiber are ours; all others go to the
// handler that was there before, as if this one were not. ASan reports overflows by itself, so there is
// nothing of this in its builds.
#pragma once

namespace coir::detail {

// Makes the calling thread ready for it, until it ends. To be called before the first of its fibers runs.
void watch_for_overflow() noexcept;

}  // namespace coir::detail
