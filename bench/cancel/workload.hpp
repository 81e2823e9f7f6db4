// cancel/workload.hpp - very many that sleep are cancelled, and joined
//
// Each sleeps under three calls that hold something. One iteration is one of them: cancelled, unwound by an exception
// through those calls, ended and joined. Starting them is not timed.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "harness/check.hpp"
#include "harness/float_flags.hpp"
#include "harness/memory.hpp"
#include "harness/smoke.hpp"

namespace bench::cancelling {

constexpr std::size_t many = 100'000;
constexpr std::chrono::hours long_enough{1};

inline std::size_t asleep = 0;
inline std::size_t unwound = 0;

/// What a call holds, and must let go of.
struct held {
  held() = default;
  held(const held&) = delete;
  held& operator=(const held&) = delete;
  ~held() { ++unwound; }
};

// Inlined into one another they would be a single frame, which is cheaper to unwind.
template <class Sleep>
[[gnu::noinline]] void wait_for_reply(Sleep& sleep) {
  const held buffer;
  ++asleep;
  sleep();
}

template <class Sleep>
[[gnu::noinline]] void ask(Sleep& sleep) {
  const held connection;
  wait_for_reply(sleep);
}

/// What each does. `sleep()` waits, and throws when it is cancelled.
template <class Sleep>
[[gnu::noinline]] void serve(Sleep sleep) {
  const held session;
  ask(sleep);
}

/// `Crowd` starts so many in its constructor, which returns when they sleep; `cancel_and_join()` ends all of them.
template <class Crowd>
void measure(benchmark::State& state, std::size_t bytes_expected) {
  const std::size_t count = only_checks ? 500 : many;
  if (!only_checks && count * bytes_expected > available_memory() / 4 * 3)
    return state.SkipWithError("needs more free memory");
  if (!only_checks) touch_in_advance(count * bytes_expected);
  while (state.KeepRunningBatch(static_cast<std::int64_t>(count))) {
    state.PauseTiming();
    asleep = unwound = 0;
    auto crowd = std::make_unique<Crowd>(count);
    check(asleep == count && unwound == 0, "everyone to sleep");
    clear_float_flags();
    state.ResumeTiming();
    crowd->cancel_and_join();
    state.PauseTiming();
    check(unwound == 3 * count, "every call to be unwound");
    crowd.reset();
    state.ResumeTiming();
  }
}

}  // namespace bench::cancelling
