// <coir/fiber/detail/native_x86_64.hpp> - the switch as one inline instruction sequence (System V x86-64)
//
// It saves what the compiler cannot be told to save by itself: stack pointer, frame pointer, rbx, and where
// to go on. Everything else is listed as clobbered, so that each place that switches spills what lives there
// and nothing more: most often nothing. There is no call and no return, so nothing is mispredicted. The
// traps (test/matrix tries them):
//
// * rbp and rbx are saved by hand: gcc refuses rbp as a clobber, clang ignores both where it uses them as
//   frame or base pointer (alloca beside over-aligned locals).
// * Vector and mask registers beyond xmm15 exist under AVX-512 only; gcc rejects their names elsewhere. A
//   function with target("avx512f") in a unit built without it must not switch by itself (doc/caveats.md).
// * Nothing is pushed, since a leaf function may keep data in the red zone.
// * A fiber that leaves the upper halves of the ymm registers dirty makes the next one's SSE code slow.
// * MXCSR and the x87 control word belong to the thread (doc/caveats.md).
//
// Unwinders: between the first change of rsp and the jump the frame is neither side's. The escapes say that
// the caller is where the target will go on: rsi holds its saved registers, CFA = *rsi, rbp at rsi + 8, rip
// at rsi + 16, rbx at rsi + 24 (DWARF 4, 6.4.2 and 2.5: DW_OP_breg4 is 0x74, DW_OP_deref 0x06).
#pragma once

#include <coir/fiber/detail/machine_context.hpp>

#if defined(__x86_64__)

// endbr64 where an indirect jump may land, under -fcf-protection. Shadow stacks are not switched: such
// programs take the other backend.
#if defined(__CET__) && (__CET__ & 1)
#define COIR_LANDING "endbr64\n\t"
#else
#define COIR_LANDING
#endif

namespace coir::detail {

// Saves the running context in `from` and goes on with `to`. Returns when somebody goes on with `from`, with
// the value that came along.
[[gnu::always_inline]] inline void* cross_contexts(machine_context& from, machine_context& to, void* value) noexcept {
  machine_context* save = &from;
  machine_context* load = &to;
  asm volatile(
#if defined(__AVX__)
      "vzeroupper\n\t"
#endif
      "leaq 1f(%%rip), %%rcx\n\t"
      "movq %%rsp, (%[save])\n\t"
      "movq %%rbp, 8(%[save])\n\t"
      "movq %%rcx, 16(%[save])\n\t"
      "movq %%rbx, 24(%[save])\n\t"
#if defined(__GCC_HAVE_DWARF2_CFI_ASM)
      ".cfi_remember_state\n\t"
      ".cfi_escape 0x0f, 3, 0x74, 0, 0x06, 0x10, 6, 2, 0x74, 8, 0x10, 16, 2, 0x74, 16, 0x10, 3, 2, 0x74, 24\n\t"
#endif
      "movq (%[load]), %%rsp\n\t"
      "movq 8(%[load]), %%rbp\n\t"
      "movq 24(%[load]), %%rbx\n\t"
      "jmpq *16(%[load])\n\t"
#if defined(__GCC_HAVE_DWARF2_CFI_ASM)
      ".cfi_restore_state\n\t"
#endif
      // An unwinder looks one byte before a return address: it has to find this function there.
      "nop\n"
      "1:\n\t" COIR_LANDING
      : [value] "+a"(value), [save] "+D"(save), [load] "+S"(load)
      :
      : "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory", "xmm0", "xmm1", "xmm2",
        "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",
#if defined(__AVX512F__) || defined(__clang__)
        "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27",
        "xmm28", "xmm29", "xmm30", "xmm31", "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7",
#endif
#if defined(__APX_F__)
        "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "r28", "r29", "r30", "r31",
#endif
        "mm0", "mm1", "mm2", "mm3", "mm4", "mm5", "mm6", "mm7", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)",
        "st(6)", "st(7)");
  return value;
}

}  // namespace coir::detail

#undef COIR_LANDING

#endif
