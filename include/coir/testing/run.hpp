// <coir/testing/run.hpp> - runs a main function in virtual time
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

#include <coir/base/clock.hpp>
#include <coir/task/detail/session.hpp>
#include <coir/testing/virtual_clock.hpp>
#include <coir/testing/virtual_poller.hpp>

namespace coir::testing {

/// How to run a test: `coir::testing::run({.seed = 17}, fn);`
struct run_options {
  /// Ready fibers run in an order that is drawn from this number; 0: first come, first served. Not given: the
  /// number in the environment variable COIR_SHUFFLE_SEED, else 0.
  std::optional<std::uint64_t> seed = {};
};

/// Runs `main` like coir::run, without descriptors and on a virtual clock: when every fiber sleeps, time
/// jumps to the next deadline, so that a test of hours takes microseconds and measures exactly.
///
/// With a seed it shuffles what programs must not rely on, the order in which ready fibers run, and the same
/// seed gives the same order again. What is promised holds: which waiter a notify wakes, that whoever yields
/// goes on after all that were ready, that a spawn_now comes back.
///
/// Switches: may
/// Returns:  what `main` returns
/// Throws:   what `main` throws; std::logic_error inside of another run
template <class F>
auto run(const run_options& options, F&& main) {
  detail::session::refuse_to_nest();
  struct swapped_clock {
    virtual_clock clock;
    lowlevel::clock_source& before = lowlevel::exchange_clock(clock);
    ~swapped_clock() { lowlevel::exchange_clock(before); }
  } time;
  virtual_poller poller(time.clock);
  detail::session session(poller);
  if (options.seed) session.scheduler().shuffle(*options.seed);
  return std::forward<F>(main)();
}
template <class F>
  requires(!std::convertible_to<F, const run_options&>)
auto run(F&& main) {
  return run(run_options{}, std::forward<F>(main));
}

}  // namespace coir::testing
