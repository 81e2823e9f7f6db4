// test/support/emulator.hpp - whether an emulator of another processor runs this process
#pragma once

#include <cstdlib>

namespace support {

/// As Meson says, which starts it. A process there cannot start its own program anew, as a death test does,
/// limit its address space, or count its page faults.
[[nodiscard]] inline bool is_emulated() {
  const char* emulator = std::getenv("MESON_EXE_WRAPPER");
  return emulator && *emulator != '\0';
}

}  // namespace support
