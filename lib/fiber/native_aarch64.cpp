// The seam's library half for the inline switch on AArch64.
#include "context.hpp"

#if COIR_NATIVE_SWITCH && defined(__aarch64__)

#include <cstdint>
#include <new>

// The first frame of a fiber's stack: it has no caller, and says so to unwinders. cross() jumps here with the
// value in x2; x19 brings start_fiber. A nop before the label, for an unwinder looks one byte before it.
// hint 38 is `bti jc`.
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
  blr x19
  brk 1
  .cfi_endproc
  .size coir_fiber_bottom, . - coir_fiber_bottom
)");
extern "C" void coir_fiber_entry();

namespace coir::detail {

void* make_context(std::byte* top, std::size_t) noexcept {
  auto at = (reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15}) - sizeof(saved_frame);
  auto* frame = ::new (reinterpret_cast<void*>(at)) saved_frame;
  frame->sp = frame;
  frame->fp = nullptr;
  frame->pc = reinterpret_cast<void*>(&coir_fiber_entry);
  frame->x19 = reinterpret_cast<void*>(&start_fiber);
  return frame;
}

const std::byte* stack_pointer_of(const void* context) noexcept {
  return static_cast<const std::byte*>(static_cast<const saved_frame*>(context)->sp);
}

}  // namespace coir::detail

#endif
