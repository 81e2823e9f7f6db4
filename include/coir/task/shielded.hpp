// <coir/task/shielded.hpp> - a stretch that cancellation does not reach
#pragma once

#include <functional>
#include <utility>

#include <coir/sched/scheduler.hpp>

namespace coir {

/// Calls `fn`; blocking calls in it wait as if the task had not been cancelled.
///
/// For cleanup that has to wait, and for destructors that do: `~server() { shielded([&] { task_.join(); }); }`.
/// The first blocking call after it throws cancelled, if the task was cancelled.
///
/// Switches: may
/// Returns:  what `fn` returns
/// Throws:   what `fn` throws; std::logic_error outside of coir::run
template <class F>
decltype(auto) shielded(F&& fn) {
  struct restored {
    lowlevel::scheduler& scheduler = lowlevel::scheduler::required("shielded");
    detail::activity* activity = scheduler.active();
    ~restored() { scheduler.set_active(activity); }
  } shield;
  shield.scheduler.set_active(nullptr);
  return std::invoke(std::forward<F>(fn));
}

}  // namespace coir
