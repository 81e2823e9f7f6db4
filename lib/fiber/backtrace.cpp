#include "backtrace.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include "context.hpp"
#include "errand.hpp"

namespace coir::detail {
namespace {

// What glibc's unwinder was seen to need, and half as much again.
constexpr std::ptrdiff_t room_to_unwind = 6 * 1024;

struct trace {
  static constexpr int most = 128;
  void* frame[most];
  int count = 0;
};

[[gnu::noinline]] void take(void* argument) noexcept {
  auto* t = static_cast<trace*>(argument);
  t->count = ::backtrace(t->frame, trace::most);
}

std::string describe_frame(void* address) {
  char text[64];
  std::snprintf(text, sizeof text, "%p ", address);
  std::string line = text;
  // A return address may be the first of the next function: look at the call before it.
  Dl_info info{};
  if (!::dladdr(static_cast<char*>(address) - 1, &info) || !info.dli_fname) return line;
  if (info.dli_sname) {
    int status = 0;
    char* demangled = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
    line += demangled ? demangled : info.dli_sname;
    std::free(demangled);
    line += ' ';
  }
  const char* slash = std::strrchr(info.dli_fname, '/');
  std::snprintf(text, sizeof text, "+%#tx]", static_cast<char*>(address) - static_cast<char*>(info.dli_fbase));
  return line.append("[").append(slash ? slash + 1 : info.dli_fname).append(text);
}

}  // namespace

std::string backtrace_of(control* c, const char* indent) {
  // Its first call loads the unwinder, which is not to happen on a fiber's stack.
  static const bool ready = [] {
    void* frame[1];
    return ::backtrace(frame, 1) == 1;
  }();
  static_cast<void>(ready);
  trace t;
  int own = 1;  // frames of this machinery on top
  if (c == this_thread.current) {
    take(&t);
    own = 2;
  } else {
    if (stack_pointer_of(c->context) - (c->stack.base + c->stack.guard()) < room_to_unwind && !c->is_thread)
      return std::string(indent) + "(no room left on its stack to look)\n";
    run_on_top(c, {take, &t});
    own = 3;  // take, run_errand, settle_with_care
  }
  std::string text;
  for (int i = std::min(own, t.count); i < t.count; ++i) text.append(indent).append(describe_frame(t.frame[i])).append("\n");
  return text;
}

}  // namespace coir::detail
