// harness/float_flags.hpp - keeps the sticky floating-point flags out of the figures, but for those that ask about them
#pragma once

#include <cfenv>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace bench {

/// Clears the sticky floating-point exception flags of the running side.
///
/// A switch that saves the control word saves these flags with it, and loading a word that differs from the current one
/// is up to fifteen times dearer than the switch itself. Google Benchmark's own arithmetic sets "inexact" on the side
/// that keeps the time, so that side clears it before it creates fibers and again each time Google Benchmark has run.
inline void clear_float_flags() {
#if defined(__SSE2__)
  constexpr unsigned sticky = 0x3f;
  const unsigned word = _mm_getcsr();
  if (word & sticky) _mm_setcsr(word & ~sticky);
#else
  std::feclearexcept(FE_ALL_EXCEPT);
#endif
}

/// Sets "inexact" on the running side, as nearly every division does.
inline void raise_float_flag() {
  volatile double three = 3.0;
  volatile double third = 1.0 / three;
  static_cast<void>(third);
}

}  // namespace bench
