// <coir/run/run.hpp> - runs a program's main function with fibers, time and descriptors
#pragma once

#include <concepts>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/cancelled.hpp>
#include <coir/base/unhandled.hpp>
#include <coir/run/detail/interrupt_guard.hpp>
#include <coir/run/loop.hpp>

namespace coir {

/// How to run: `coir::run({.handle_sigint = false}, fn);`
struct run_options {
  /// Whether the first SIGINT cancels main, with the reason "interrupted by SIGINT". The second one ends the
  /// process. On the process's first thread only, and not when SIGINT is ignored or has a handler.
  bool handle_sigint = true;
  /// Gets the errors that nobody can receive while this runs, in the whole process; nullptr: as it is.
  unhandled_hook unhandled = nullptr;
  /// Whether the soft limit on open descriptors is raised to the hard one, for good.
  bool raise_descriptor_limit = true;
};

namespace detail {

// Raises the soft limit on descriptors to the hard one, once per process: services keep a descriptor per
// client, and the soft limit is low only for the sake of select(2) (systemd, "File Descriptor Limits").
COIR_API void raise_descriptor_limit() noexcept;

class unhandled_guard {
 public:
  explicit unhandled_guard(unhandled_hook hook) noexcept
      : hook_(hook), before_(hook ? set_unhandled_hook(hook) : nullptr) {}
  unhandled_guard(const unhandled_guard&) = delete;
  unhandled_guard& operator=(const unhandled_guard&) = delete;
  ~unhandled_guard() {
    if (hook_) set_unhandled_hook(before_);
  }

 private:
  unhandled_hook hook_;
  unhandled_hook before_;
};

}  // namespace detail

/// Runs `main` on this thread with a scheduler and an epoll reactor, until it returns.
///
/// `main` runs on the thread's own stack. Tasks that still run when it has returned are cancelled and
/// joined, after its locals are gone: they own their captures. May be called again, and on several threads
/// at once; to run several functions on the same tasks, or from within another loop, take coir::loop.
///
/// SIGINT makes main's blocking calls throw coir::cancelled, unless the options say otherwise. When that leaves
/// `main` it is thrown here, like all that main throws; nobody's to catch, it ends the process by SIGINT, after
/// everything was unwound.
///
/// Switches: may
/// Returns:  what `main` returns
/// Throws:   what `main` throws; std::logic_error inside of another run; std::system_error when there
///           is no descriptor for an epoll
template <class F>
auto run(const run_options& options, F&& main) {
  if (options.raise_descriptor_limit) detail::raise_descriptor_limit();
  const detail::unhandled_guard unhandled(options.unhandled);
  try {
    loop here;
    const detail::interrupt_guard sigint(options.handle_sigint);
    return here.run(std::forward<F>(main));
  } catch (const cancelled&) {
    throw;  // caught for the stack to be unwound up to here also when nobody else catches it
  }
}
template <class F>
  requires(!std::convertible_to<F, const run_options&>)
auto run(F&& main) {
  return run(run_options{}, std::forward<F>(main));
}

}  // namespace coir
