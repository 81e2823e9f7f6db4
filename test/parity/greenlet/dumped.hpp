// test/parity/greenlet/dumped.hpp - what the dump tells of one fiber
#pragma once

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <coir/fiber.hpp>

namespace parity {

/// The fiber of that name in a dump: its line, and the addresses of its calls from the innermost out.
struct dumped {
  std::string line;  // empty: it is not listed
  std::vector<std::uintptr_t> calls;

  explicit dumped(const std::string& name) {
    std::stringstream text;
    coir::dump(text);
    for (std::string next; std::getline(text, next);) {
      const bool is_call = next.rfind("      0x", 0) == 0;
      if (line.empty()) {
        if (!is_call && next.find("fiber '" + name + "' (") < 10) line = next;
      } else if (is_call) {
        calls.push_back(std::stoull(next.substr(6), nullptr, 16));
      } else {
        break;
      }
    }
  }

  [[nodiscard]] std::ptrdiff_t count(const void* call) const {
    return std::ranges::count(calls, reinterpret_cast<std::uintptr_t>(call));
  }
  /// How many calls are inside of that one; as many as there are when it is not listed.
  [[nodiscard]] std::ptrdiff_t depth(const void* call) const {
    return std::ranges::find(calls, reinterpret_cast<std::uintptr_t>(call)) - calls.begin();
  }
  /// Bytes of stack in use; 0 when the line does not say.
  [[nodiscard]] unsigned long stack_used() const {
    const std::size_t at = line.find(", uses ");
    return at == std::string::npos ? 0 : std::stoul(line.substr(at + 7));
  }
};

}  // namespace parity
