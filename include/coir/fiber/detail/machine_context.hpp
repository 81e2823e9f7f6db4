// <coir/fiber/detail/machine_context.hpp> - what of a suspended fiber's processor state is kept in its control block
#pragma once

// How fibers switch: see switch.hpp.
#if !defined(COIR_SWITCH_BOOST) && (defined(__x86_64__) || defined(__aarch64__)) && defined(__LP64__)
#define COIR_NATIVE_SWITCH 1
#else
#define COIR_NATIVE_SWITCH 0
#endif

namespace coir::detail {

#if COIR_NATIVE_SWITCH

// What the inline switches save by hand; everything else is in the waiting function's frame. Their assembly
// knows the order.
struct machine_context {
  void* sp = nullptr;  // nullptr: none is kept
  void* fp = nullptr;    // rbp, x29
  void* pc = nullptr;
  void* base = nullptr;  // rbx, x19: clang's base pointer

  explicit operator bool() const noexcept { return sp != nullptr; }
};

#else

struct machine_context {
  void* sp = nullptr;  // an fcontext_t: the registers lie there
  void* unused[3] = {};  // so that the rest of a block lies as it does with the other

  explicit operator bool() const noexcept { return sp != nullptr; }
};

#endif

}  // namespace coir::detail
