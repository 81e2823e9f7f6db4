// The seam's library half for the inline switch on x86-64.
#include "context.hpp"

#if COIR_NATIVE_SWITCH && defined(__x86_64__)

#include <cstdint>

// The first frame of a fiber's stack: it has no caller, and says so to unwinders. cross() jumps here with the
// value in rax; rbx brings start_fiber, which never returns: a call, as nothing but its return address, so that
// the processor expects no return from it. What it predicts of the fibers that go on afterwards stays right.
// A nop before the labels, for an unwinder looks one byte before an address.
asm(R"(
  .text
  .p2align 4
  .type coir_fiber_bottom, @function
coir_fiber_bottom:
  .cfi_startproc
  .cfi_undefined rip
  nop
  .globl coir_fiber_entry
  .hidden coir_fiber_entry
coir_fiber_entry:
  endbr64
  movq %rax, %rdi
  leaq 1f(%rip), %rax
  pushq %rax
  jmpq *%rbx
  nop
1:
  ud2
  .cfi_endproc
  .size coir_fiber_bottom, . - coir_fiber_bottom
)");
extern "C" void coir_fiber_entry();

namespace coir::detail {

void make_context(machine_context& c, std::byte* top, std::size_t) noexcept {
  // Aligned as before a call: the entry pushes 8 bytes (System V x86-64 ABI, 3.2.2).
  c.sp = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15});
  c.fp = nullptr;
  c.pc = reinterpret_cast<void*>(&coir_fiber_entry);
  c.base = reinterpret_cast<void*>(&start_fiber);
}

}  // namespace coir::detail

#endif
