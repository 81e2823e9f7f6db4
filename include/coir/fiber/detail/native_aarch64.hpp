// <coir/fiber/detail/native_aarch64.hpp> - the switch as one inline instruction sequence (AArch64, ELF)
//
// As native_x86_64.hpp, which says why; here is what differs:
//
// * sp, x29 and x19 are saved by hand: clang takes x19 for its base pointer (alloca beside over-aligned
//   locals) and ignores it as a clobber. x18 is listed: on Linux it is a register like the others, and gcc
//   keeps values in it.
// * The vector registers are listed whole: a callee keeps only the lower halves of v8 to v15, but this is no
//   call. Predicates exist under SVE only.
// * FPCR belongs to the thread, unless a fiber has its own (doc/caveats.md); FPSR is nobody's.
//
// Unwinders: as there, by x1: CFA = *x1, x29 at x1 + 8, the pc, which stands in the column of x30, at x1 + 16,
// x19 at x1 + 24 (DW_OP_breg1 is 0x71, DW_OP_deref 0x06).
#pragma once

#include <coir/fiber/detail/machine_context.hpp>

#if defined(__aarch64__)

// Where an indirect jump may land, under -mbranch-protection=bti: hint 36 is `bti j`.
#if defined(__ARM_FEATURE_BTI_DEFAULT)
#define COIR_LANDING "hint 36\n\t"
#else
#define COIR_LANDING
#endif

namespace coir::detail {

// Saves the running context in `from` and goes on with `to`. Returns when somebody goes on with `from`, with
// the value that came along.
[[gnu::always_inline]] inline void* cross_contexts(machine_context& from, machine_context& to, void* value) noexcept {
  register machine_context* save asm("x0") = &from;
  register machine_context* load asm("x1") = &to;
  register void* carried asm("x2") = value;
  asm volatile(
      "adr x9, 1f\n\t"
      "mov x10, sp\n\t"
      "stp x10, x29, [x0]\n\t"
      "stp x9, x19, [x0, 16]\n\t"
#if defined(__GCC_HAVE_DWARF2_CFI_ASM)
      ".cfi_remember_state\n\t"
      ".cfi_escape 0x0f, 3, 0x71, 0, 0x06, 0x10, 29, 2, 0x71, 8, 0x10, 30, 2, 0x71, 16, 0x10, 19, 2, 0x71, 24\n\t"
#endif
      "ldp x9, x19, [x1, 16]\n\t"
      "ldp x10, x29, [x1]\n\t"
      "mov sp, x10\n\t"
      "br x9\n\t"
#if defined(__GCC_HAVE_DWARF2_CFI_ASM)
      ".cfi_restore_state\n\t"
#endif
      // An unwinder looks one byte before a return address: it has to find this function there.
      "nop\n"
      "1:\n\t" COIR_LANDING
      : "+r"(save), "+r"(load), "+r"(carried)
      :
      : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x20",
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x30", "cc", "memory", "v0", "v1", "v2", "v3", "v4",
        "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20",
        "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31"
#if defined(__ARM_FEATURE_SVE)
        , "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", "p15"
#endif
  );
  return carried;
}

}  // namespace coir::detail

#undef COIR_LANDING

#endif
