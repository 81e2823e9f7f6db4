// <coir/base/detail/where.hpp> - a call site
//
// std::source_location is missing from clang 14 with libstdc++; the builtins behind it are not.
#pragma once

namespace coir::detail {

struct where {
  const char* file = "";
  int line = 0;

  [[nodiscard]] static constexpr where here(const char* f = __builtin_FILE(), int l = __builtin_LINE()) noexcept {
    return {f, l};
  }
};

}  // namespace coir::detail
