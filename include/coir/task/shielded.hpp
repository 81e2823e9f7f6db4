// <coir/task/shielded.hpp> - a stretch that cancellation does not reach
#pragma once

#include <functional>
#include <utility>

#include <coir/task/detail/open_scope.hpp>

namespace coir {

/// Calls `fn`; blocking calls in it wait as if nothing around it had been cancelled.
///
/// For cleanup that has to wait, and for destructors that do: `~server() { shielded([&] { task_.join(); }); }`.
/// The first blocking call after it throws cancelled, if there is reason to.
///
/// Switches: may
/// Returns:  what `fn` returns
/// Throws:   what `fn` throws; std::logic_error outside of coir::run, and when `fn` leaves it on another fiber
template <class F>
decltype(auto) shielded(F&& fn) {
  detail::scope shield;
  shield.shielded = true;
  const detail::open_scope open(shield, "shielded");
  return std::invoke(std::forward<F>(fn));
}

}  // namespace coir
