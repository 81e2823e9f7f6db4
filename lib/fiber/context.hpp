// The library's half of the seam to the machine: how a context is made, and where it keeps registers.
#pragma once

#include <cstddef>

#include <coir/fiber/detail/switch.hpp>

namespace coir::detail {

// Makes `c` one that calls start_fiber(value) on the stack that ends at `top`, with the value of the first switch.
void make_context(machine_context& c, std::byte* top, std::size_t size) noexcept;

// Where every fiber begins; never returns. In life.cpp.
[[noreturn]] void start_fiber(void* value);

// The stack pointer of a suspended context.
[[nodiscard]] inline const std::byte* stack_pointer_of(const machine_context& c) noexcept {
  return static_cast<const std::byte*>(c.sp);
}

// Where a suspended context keeps registers, in bytes from its begin; for debuggers.
struct saved_register {
  char name[8];
  unsigned offset;
};
#if !COIR_NATIVE_SWITCH && defined(__x86_64__)
// Boost.Context 1.72 and later, asm/jump_x86_64_sysv_elf_gas.S.
inline constexpr saved_register saved_registers[] = {{"r12", 0x10}, {"r13", 0x18}, {"r14", 0x20}, {"r15", 0x28},
                                                     {"rbx", 0x30}, {"rbp", 0x38}, {"rip", 0x40}};
inline constexpr unsigned context_size = 0x48;  // the stack pointer is behind that
#elif !COIR_NATIVE_SWITCH
inline constexpr saved_register saved_registers[] = {{"", 0}};  // not looked up yet
inline constexpr unsigned context_size = 0;
#elif defined(__aarch64__)
inline constexpr saved_register saved_registers[] = {{"sp", offsetof(machine_context, sp)},
                                                     {"x29", offsetof(machine_context, fp)},
                                                     {"pc", offsetof(machine_context, pc)},
                                                     {"x19", offsetof(machine_context, base)}};
inline constexpr unsigned context_size = 0;
#else
inline constexpr saved_register saved_registers[] = {{"rsp", offsetof(machine_context, sp)},
                                                     {"rbp", offsetof(machine_context, fp)},
                                                     {"rip", offsetof(machine_context, pc)},
                                                     {"rbx", offsetof(machine_context, base)}};
inline constexpr unsigned context_size = 0;
#endif

}  // namespace coir::detail
