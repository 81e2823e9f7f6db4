// The seam's library half for the inline switch on x86-64.
#include "context.hpp"

#if COIR_NATIVE_SWITCH && defined(__x86_64__)

#include <cstdint>
#include <new>

// The first frame of a fiber's stack: it has no caller, and says so to unwinders. cross() jumps here with the
// value in rax; rbx brings start_fiber. A nop before the label, for an unwinder looks one byte before it.
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
  callq *%rbx
  ud2
  .cfi_endproc
  .size coir_fiber_bottom, . - coir_fiber_bottom
)");
extern "C" void coir_fiber_entry();

namespace coir::detail {

void* make_context(std::byte* top, std::size_t) noexcept {
  // Aligned as before a call: the call pushes 8 bytes (System V x86-64 ABI, 3.2.2).
  auto at = (reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15}) - sizeof(saved_frame);
  auto* frame = ::new (reinterpret_cast<void*>(at)) saved_frame;
  frame->sp = frame;
  frame->bp = nullptr;
  frame->ip = reinterpret_cast<void*>(&coir_fiber_entry);
  frame->bx = reinterpret_cast<void*>(&start_fiber);
  return frame;
}

const std::byte* stack_pointer_of(const void* context) noexcept {
  return static_cast<const std::byte*>(static_cast<const saved_frame*>(context)->sp);
}

}  // namespace coir::detail

#endif
