// <coir/run/run.hpp> - runs a program's main function with fibers, time and descriptors
#pragma once

#include <utility>

#include <coir/base/api.hpp>
#include <coir/reactor/reactor.hpp>
#include <coir/task/detail/session.hpp>

namespace coir {

namespace detail {

// Raises the soft limit on descriptors to the hard one, once per process: services keep a descriptor per
// client, and the soft limit is low only for the sake of select(2) (systemd, "File Descriptor Limits").
COIR_API void raise_descriptor_limit() noexcept;

}  // namespace detail

/// Runs `main` on this thread with a scheduler and an epoll reactor, until it returns.
///
/// `main` runs on the thread's own stack. Tasks that still run when it has returned are cancelled and
/// joined, after its locals are gone: they own their captures. May be called again, and on several threads
/// at once. Raises the soft limit on open descriptors to the hard one.
///
/// Switches: may
/// Returns:  what `main` returns
/// Throws:   what `main` throws; std::logic_error inside of another run; std::system_error when there
///           is no descriptor for an epoll
template <class F>
auto run(F&& main) {
  detail::session::refuse_to_nest();
  detail::raise_descriptor_limit();
  lowlevel::reactor reactor;
  const detail::session session(reactor);
  return std::forward<F>(main)();
}

}  // namespace coir
