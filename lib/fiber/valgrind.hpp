// Tells Valgrind of stacks. Without <valgrind/valgrind.h> at build time every function here is empty; without
// Valgrind at run time each costs a look at one flag.
#pragma once

#include <cstddef>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>
#define COIR_HAS_VALGRIND 1
#else
#define COIR_HAS_VALGRIND 0
#endif

namespace coir::detail {

#if COIR_HAS_VALGRIND

// Set before the first stack is handed out.
inline constinit bool on_valgrind = false;

inline void look_for_valgrind() noexcept { on_valgrind = RUNNING_ON_VALGRIND != 0; }

// So that a jump is taken for a switch, not for one huge frame. For good: stacks are never unmapped.
inline void register_stack(void* base, std::size_t size) noexcept {
  if (on_valgrind) static_cast<void>(VALGRIND_STACK_REGISTER(base, static_cast<std::byte*>(base) + size));
}

// Frames that were popped have left memory that counts as gone, and the next body may lie there.
inline void revive_stack(void* base, std::size_t size) noexcept {
  if (on_valgrind) [[unlikely]]
    static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(base, size));
}

#else

inline void look_for_valgrind() noexcept {}
inline void register_stack(void*, std::size_t) noexcept {}
inline void revive_stack(void*, std::size_t) noexcept {}

#endif

}  // namespace coir::detail
