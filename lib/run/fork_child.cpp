#include <coir/run/fork_child.hpp>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>

#include <unistd.h>

#include <coir/base/unhandled.hpp>

namespace coir::detail {

pid_t fork_process() {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == -1) throw std::system_error(errno, std::generic_category(), "cannot fork");
  return child;
}

void end_child(int (*main)(void*), void* argument) noexcept {
  int status = 1;
  try {
    status = main(argument);
  } catch (...) {
    report_unhandled({std::current_exception(), "the main function of a forked child", {}});
  }
  std::fflush(nullptr);
  // Not exit: the destructors of statics, and what was registered by atexit, belong to the parent.
  ::_exit(status);
}

}  // namespace coir::detail
