#include <coir/base/detail/fatal.hpp>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace coir::detail {

void fatal(const char* hint, const char* format, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, format);
  std::fputs("coir: ", stderr);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
  std::fprintf(stderr, "\n      hint: %s\n", hint);
  std::abort();
}

}  // namespace coir::detail
