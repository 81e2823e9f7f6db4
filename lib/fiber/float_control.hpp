// The control words of a thread's floating-point units: rounding mode, exception masks, precision.
//
// Not the sticky exception flags, which belong to nobody: what a thread has raised stays raised. A word that
// is in force already is not written, for that would cost 20 ns and more.
#pragma once

#include <cstdint>
#if !defined(__x86_64__) && !defined(__aarch64__)
#include <cfenv>
#endif

namespace coir::detail {

#if defined(__x86_64__)

struct float_control {
  std::uint32_t mxcsr = 0;  // with the flags that were up
  std::uint16_t x87 = 0;
};
inline constexpr std::uint32_t mxcsr_flags = 0x3f;  // Intel SDM, volume 1, 10.2.3

inline float_control read_float_control() noexcept {
  float_control c;
  asm volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(c.mxcsr), "=m"(c.x87));
  return c;
}

inline void write_float_control(const float_control& c) noexcept {
  const float_control now = read_float_control();
  if ((now.mxcsr ^ c.mxcsr) & ~mxcsr_flags) {
    const std::uint32_t wanted = (c.mxcsr & ~mxcsr_flags) | (now.mxcsr & mxcsr_flags);
    asm volatile("ldmxcsr %0" : : "m"(wanted));
  }
  if (now.x87 != c.x87) asm volatile("fldcw %0" : : "m"(c.x87));
}

#elif defined(__aarch64__)

struct float_control {
  std::uint64_t fpcr = 0;
};

inline float_control read_float_control() noexcept {
  float_control c;
  asm volatile("mrs %0, fpcr" : "=r"(c.fpcr));
  return c;
}

inline void write_float_control(const float_control& c) noexcept {
  if (read_float_control().fpcr != c.fpcr) asm volatile("msr fpcr, %0" : : "r"(c.fpcr));
}

#else

struct float_control {
  std::fenv_t all;
};

inline float_control read_float_control() noexcept {
  float_control c;
  std::fegetenv(&c.all);
  return c;
}

// The flags that are up stay up; feupdateenv would add those of `c`.
inline void write_float_control(const float_control& c) noexcept {
  const int up = std::fetestexcept(FE_ALL_EXCEPT);
  std::fesetenv(&c.all);
  std::feclearexcept(FE_ALL_EXCEPT);
  std::feraiseexcept(up);
}

#endif

}  // namespace coir::detail
