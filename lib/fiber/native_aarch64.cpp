// The seam's library half for the inline switch on AArch64.
#include "context.hpp"

#if COIR_NATIVE_SWITCH && defined(__aarch64__)

#include <cstdint>

// The first frame of a fiber's stack: it has no caller, and says so to unwinders. cross() jumps here with the
// value in x2; x19 brings start_fiber, which never returns: a call, as nothing but its return address, so that
// the processor expects no return from it. What it predicts of the fibers that go on afterwards stays right.
// A nop before the labels, for an unwinder looks one byte before an address. hint 38 is `bti jc`; a branch by x16
// may go where a call may.
asm(R"(
  .text
  .p2align 4
  .type coir_fiber_bottom, %function
coir_fiber_bottom:
  .cfi_startproc
  .cfi_undefined x30
  nop
  .globl coir_fiber_entry
  .hidden coir_fiber_entry
coir_fiber_entry:
  hint 38
  mov x0, x2
  adr x30, 1f
  mov x16, x19
  br x16
  nop
1:
  brk 1
  .cfi_endproc
  .size coir_fiber_bottom, . - coir_fiber_bottom
)");
extern "C" void coir_fiber_entry();

namespace coir::detail {

void make_context(machine_context& c, std::byte* top, std::size_t) noexcept {
  c.sp = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15});
  c.fp = nullptr;
  c.pc = reinterpret_cast<void*>(&coir_fiber_entry);
  c.base = reinterpret_cast<void*>(&start_fiber);
}

}  // namespace coir::detail

#endif
