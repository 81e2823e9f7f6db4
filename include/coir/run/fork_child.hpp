// <coir/run/fork_child.hpp> - a copy of the process that starts over
#pragma once

#include <type_traits>
#include <utility>

#include <sys/types.h>

#include <coir/base/api.hpp>
#include <coir/run/run.hpp>

namespace coir {

namespace detail {

// Flushes the standard streams, so that nothing is written twice, and forks. Throws std::system_error.
[[nodiscard]] COIR_API pid_t fork_process();

// Ends the child with what `main` returns; with 1, after a report, when that throws.
[[noreturn]] COIR_API void end_child(int (*main)(void*), void* argument) noexcept;

}  // namespace detail

/// Forks the process, and runs `fn` in the child as coir::run does, on a fresh scheduler and reactor.
///
/// Nothing else goes on in the child: the parent's other fibers and tasks are not there, its reactors' epoll
/// is closed, its streams can only be closed. The child ends when fn returns, by _exit(2), with fn's result
/// as its status, or 0; an error that leaves fn goes to the unhandled hook, and the status is 1. For another
/// program take a subprocess; after a plain fork(2) the forking fiber alone goes on, and must not leave its
/// body.
///
/// Returns:  the child's process id, to the parent; wait for it by waitpid(2)
/// Throws:   std::system_error when the system refuses
template <class F>
pid_t fork_child(F&& fn) {
  const pid_t child = detail::fork_process();
  if (child != 0) return child;
  using function = std::remove_reference_t<F>;
  detail::end_child(
      [](void* argument) -> int {
        auto& main = *static_cast<function*>(argument);
        if constexpr (std::is_void_v<std::invoke_result_t<function&>>) {
          run(main);
          return 0;
        } else {
          return static_cast<int>(run(main));
        }
      },
      const_cast<void*>(static_cast<const void*>(&fn)));
}

}  // namespace coir
