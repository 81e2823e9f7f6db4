// The seam to the machine: how a context is made and jumped to.
//
// A backend gives make_context, here, and jump, in <coir/fiber/detail/switch.hpp>; nothing above knows
// which one it is. This one is Boost.Context's fcontext, whose jump_fcontext saves what the psABI asks a callee to keep,
// MXCSR and the x87 control word among it. It is the only part of the library that includes Boost.
#pragma once

#include <boost/context/detail/fcontext.hpp>
#include <cstddef>

#include <coir/fiber/detail/switch.hpp>

namespace coir::detail {

using context = void*;
using context_entry = void (*)(boost::context::detail::transfer_t);

// Where a suspended context keeps registers, from the address that stands for it, in bytes; for debuggers.
// What is not listed does not survive a jump.
struct saved_register {
  char name[8];
  unsigned offset;
};
#if defined(__x86_64__)
// Boost.Context 1.72 and later, asm/jump_x86_64_sysv_elf_gas.S.
inline constexpr saved_register saved_registers[] = {{"r12", 0x10}, {"r13", 0x18}, {"r14", 0x20}, {"r15", 0x28},
                                                     {"rbx", 0x30}, {"rbp", 0x38}, {"rip", 0x40}};
inline constexpr unsigned context_size = 0x48;  // the stack pointer of who jumped is behind that
#else
inline constexpr saved_register saved_registers[] = {{"", 0}};  // not looked up yet
inline constexpr unsigned context_size = 0;
#endif

// A context that calls `entry` on the stack that ends at `top`. `entry` never returns.
[[nodiscard]] inline context make_context(void* top, std::size_t size, context_entry entry) noexcept {
  return boost::context::detail::make_fcontext(top, size, entry);
}

// jump() for the library's own switches: not a call of its own, for TSan's calls and returns would be
// counted on different fibers.
[[gnu::always_inline]] inline arrival jump_inline(context to, void* value) noexcept {
  const boost::context::detail::transfer_t t = boost::context::detail::jump_fcontext(to, value);
  return {t.fctx, t.data};
}

}  // namespace coir::detail
