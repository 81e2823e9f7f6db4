// Tells Valgrind of stacks. Without <valgrind/memcheck.h> at build time every function here is empty; without
// Valgrind at run time each costs a look at one flag.
//
// A stack that no fiber has may not be touched, so that memcheck reports pointers to the frames of ended
// fibers, and has little to search for leaks at the end. Of one that a fiber has, memcheck follows the stack
// pointer; only the body that is built above it is unknown to it.
#pragma once

#include <atomic>
#include <cstddef>

#include <coir/fiber/detail/control.hpp>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define COIR_HAS_VALGRIND 1
#else
#define COIR_HAS_VALGRIND 0
#endif

namespace coir::detail {

#if COIR_HAS_VALGRIND

// Set before the first stack is handed out; each thread that maps a slab finds the same.
inline constinit std::atomic<bool> valgrind_found = false;

inline bool on_valgrind() noexcept { return valgrind_found.load(std::memory_order_relaxed); }
inline void look_for_valgrind() noexcept {
  valgrind_found.store(RUNNING_ON_VALGRIND != 0, std::memory_order_relaxed);
}

// So that a jump is taken for a switch, not for one huge frame. For good: stacks are never unmapped.
inline void register_stack(stack_ref s) noexcept {
  if (!on_valgrind()) return;
  static_cast<void>(VALGRIND_STACK_REGISTER(s.base + s.guard(), s.top()));
  static_cast<void>(VALGRIND_MAKE_MEM_NOACCESS(s.base, s.size()));
}

// Out of line, for a request takes registers.
//
// Half of it is the most that a body may take.
[[gnu::cold, gnu::noinline]] inline void open_stack(stack_ref s) noexcept {
  const std::size_t half = (s.size() - s.guard()) / 2;
  static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(s.top() - half, half));
}

[[gnu::cold, gnu::noinline]] inline void close_stack(stack_ref s) noexcept {
  static_cast<void>(VALGRIND_MAKE_MEM_NOACCESS(s.base + s.guard(), s.size() - s.guard()));
}

// While one lives memcheck keeps quiet about what this thread reads.
struct unwatched {
  unwatched() noexcept { VALGRIND_DISABLE_ERROR_REPORTING; }
  unwatched(const unwatched&) = delete;
  unwatched& operator=(const unwatched&) = delete;
  ~unwatched() { VALGRIND_ENABLE_ERROR_REPORTING; }
};

#else

constexpr bool on_valgrind() noexcept { return false; }
inline void look_for_valgrind() noexcept {}
inline void register_stack(stack_ref) noexcept {}
inline void open_stack(stack_ref) noexcept {}
inline void close_stack(stack_ref) noexcept {}
struct unwatched {};

#endif

}  // namespace coir::detail
