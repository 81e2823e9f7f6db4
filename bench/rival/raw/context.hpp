// rival/raw/context.hpp - the cheapest switch that can be written by hand (x86-64)
//
// Nothing is pushed. The compiler is told that everything but the stack pointer, the frame pointer and the place to go
// on is lost, so it saves what is live at this very place and no more. That needs a switch that is inlined where it
// happens, on both sides, which a library that runs any caller's code can rarely have: this is a limit, not a target.
#pragma once

#if !defined(__x86_64__)
#error "the hand-written switch exists for x86-64 only"
#endif

#include <cstddef>
#include <cstdint>

namespace bench::raw {

// The offsets are known to the assembly below.
struct context {
  void* stack_pointer = nullptr;   // 0
  void* frame_pointer = nullptr;   // 8
  void* resume_address = nullptr;  // 16
};

#if defined(__AVX512F__)
#define BENCH_RAW_AVX512_REGISTERS                                                                              \
  , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", \
      "xmm28", "xmm29", "xmm30", "xmm31", "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#else
#define BENCH_RAW_AVX512_REGISTERS
#endif

/// Saves this side in `from`, goes on at `to` and returns the value that a later switch brings back here.
///
/// The value travels in the register of a first argument, so a fresh context starts an ordinary function with it.
/// clang must not inline this into a function with both alloca and over-aligned locals, where rbx is its base pointer.
[[gnu::always_inline]] inline void* switch_context(context& from, context& to, void* value) {
  context* self = &from;
  context* other = &to;
  asm volatile(
      "movq %%rsp, 0(%[self])\n\t"
      "movq %%rbp, 8(%[self])\n\t"
      "leaq 1f(%%rip), %%rax\n\t"
      "movq %%rax, 16(%[self])\n\t"
      "movq 0(%[other]), %%rsp\n\t"
      "movq 8(%[other]), %%rbp\n\t"
      "jmp *16(%[other])\n\t"
      "1:\n\t"
      : "+D"(value), [self] "+S"(self), [other] "+d"(other)
      :
      : "memory", "cc", "rax", "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "st", "st(1)",
        "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "mm0", "mm1", "mm2", "mm3", "mm4", "mm5", "mm6", "mm7",
        "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
        "xmm13", "xmm14", "xmm15" BENCH_RAW_AVX512_REGISTERS);
  return value;
}

#undef BENCH_RAW_AVX512_REGISTERS

/// A context that starts `entry` on the stack that ends at `top` when it is first switched to. `entry` must never
/// return.
inline context make_context(void* top, void (*entry)(void*)) {
  auto address = reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15};
  // A function is entered with the return address pushed: 8 below a multiple of 16.
  auto* slot = reinterpret_cast<void**>(address - sizeof(void*));
  *slot = nullptr;
  context fresh;
  fresh.stack_pointer = slot;
  fresh.resume_address = reinterpret_cast<void*>(entry);
  return fresh;
}

}  // namespace bench::raw
