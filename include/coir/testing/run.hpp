// <coir/testing/run.hpp> - runs a main function in virtual time
#pragma once

#include <utility>

#include <coir/base/clock.hpp>
#include <coir/task/detail/session.hpp>
#include <coir/testing/virtual_clock.hpp>
#include <coir/testing/virtual_poller.hpp>

namespace coir::testing {

/// Runs `main` like coir::run, without descriptors and on a virtual clock: when every fiber sleeps, time
/// jumps to the next deadline, so that a test of hours takes microseconds and measures exactly.
///
/// Switches: may
/// Returns:  what `main` returns
/// Throws:   what `main` throws; std::logic_error inside of another run
template <class F>
auto run(F&& main) {
  detail::session::refuse_to_nest();
  struct swapped_clock {
    virtual_clock clock;
    lowlevel::clock_source& before = lowlevel::exchange_clock(clock);
    ~swapped_clock() { lowlevel::exchange_clock(before); }
  } time;
  virtual_poller poller(time.clock);
  const detail::session session(poller);
  return std::forward<F>(main)();
}

}  // namespace coir::testing
