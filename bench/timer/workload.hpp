// timer/workload.hpp - very many that sleep at the same time
//
// Each of so many is started, sleeps once for 1 to 1000 ms, drawn from the same seed for all contenders, and ends. What
// is asked is the processor time of all that, from the first start to the last end, and how late they woke. It is the
// first crowd of the process, for that is where its memory comes from the kernel.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "harness/check.hpp"
#include "harness/clock.hpp"
#include "harness/contender.hpp"
#include "harness/cpu_time.hpp"
#include "harness/float_flags.hpp"
#include "harness/histogram.hpp"
#include "harness/memory.hpp"
#include "harness/smoke.hpp"

namespace bench::sleeping {

using std::chrono::milliseconds;

/// The size of everyone's stack.
constexpr std::size_t stack_size = 64 * 1024;

/// The longest sleep there is.
inline int longest() { return only_checks ? 10 : 1000; }

/// Draws how long each sleeps (Marsaglia, "Xorshift RNGs", 2003). The Go program draws the same.
class naps {
 public:
  milliseconds next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return milliseconds(1 + static_cast<int>(state_ % static_cast<std::uint64_t>(longest())));
  }

 private:
  std::uint64_t state_ = 88'172'645'463'325'252;
};

/// How much later than asked for each has gone on.
class lateness {
 public:
  /// One that wanted to sleep for `asked` has slept for so many nanoseconds.
  void slept(std::uint64_t slept, milliseconds asked) {
    const std::uint64_t wanted = static_cast<std::uint64_t>(std::chrono::nanoseconds(asked).count());
    check(slept >= wanted, "nobody to wake early");
    late_.add(slept - wanted);
  }

  const histogram& late() const { return late_; }

 private:
  histogram late_;
};

/// One that runs by itself; `sleep(duration)` is the contender's.
template <class Sleep>
void nap(lateness& notes, milliseconds how_long, Sleep sleep) {
  const std::uint64_t began = now_ns();
  sleep(how_long);
  notes.slept(now_ns() - began, how_long);
}

struct result {
  cpu_time used;
  double wall_seconds = 0;
  double p50_us = 0;
  double p99_us = 0;
};
inline std::optional<result> first;
inline std::string first_name;

inline void report(benchmark::State& state, const result& r) {
  state.counters["cpu_seconds"] = r.used.user + r.used.system;
  state.counters["system_seconds"] = r.used.system;
  state.counters["page_faults"] = static_cast<double>(r.used.page_faults);
  state.counters["wall_seconds"] = r.wall_seconds;
  state.counters["late_p50_us"] = r.p50_us;
  state.counters["late_p99_us"] = r.p99_us;
}

/// Whether a crowd of this kind may be measured in this process; if not, says why.
inline bool may_measure(benchmark::State& state, const std::string& name, std::size_t bytes_needed) {
  if (only_checks) first.reset();
  if (first && name != first_name) {
    state.SkipWithError("needs a process of its own, as ./dev compare gives it");
    return false;
  }
  if (!only_checks && bytes_needed > available_memory() / 4 * 3) {
    state.SkipWithError(("needs " + std::to_string(bytes_needed >> 20) + " MiB of free memory").c_str());
    return false;
  }
  first_name = name;
  return true;
}

/// What it takes this process to run `Everyone(notes, count)`, which starts so many and returns when all have ended.
template <auto Everyone>
result crowd_of(std::size_t count) {
  lateness notes;
  clear_float_flags();
  const std::uint64_t began = now_ns();
  const cpu_time before = cpu_time_now();
  Everyone(notes, count);
  const cpu_time used = cpu_time_now() - before;
  const std::uint64_t ended = now_ns();
  check(notes.late().count() == count, "everyone to sleep once");
  return {used, 1e-9 * static_cast<double>(ended - began), 1e-3 * notes.late().quantile(0.50),
          1e-3 * notes.late().quantile(0.99)};
}

/// Has `crowd(count)` say what so many took, or throw why there is no telling. `bytes_expected` is what one is thought
/// to take.
template <class Crowd>
void measure(benchmark::State& state, const std::string& name, std::size_t count, std::size_t bytes_expected,
             Crowd crowd) {
  if (only_checks) count = std::min<std::size_t>(count, 500);
  if (!may_measure(state, name + '/' + std::to_string(count), count * bytes_expected)) return;
  if (!first && !only_checks) touch_in_advance(count * bytes_expected);
  while (state.KeepRunningBatch(static_cast<std::int64_t>(count))) {
    try {
      const result r = crowd(count);
      if (!first) first = r;
    } catch (const std::exception& error) {
      state.SkipWithError(error.what());
      return;
    }
  }
  report(state, *first);
}

/// Puts `timer/1000/name` and, where that makes sense, those of 100,000 and a million on the list.
class contender {
 public:
  template <class Crowd>
  contender(const std::string& name, std::size_t bytes_expected, Crowd crowd, std::size_t most = 1'000'000) {
    for (const std::size_t count : {std::size_t{1000}, std::size_t{100'000}, std::size_t{1'000'000}})
      if (count <= most)
        all_.emplace_back("timer/" + std::to_string(count) + "/" + name,
                          [=](benchmark::State& state) { measure(state, name, count, bytes_expected, crowd); });
  }

 private:
  std::vector<bench::contender> all_;
};

}  // namespace bench::sleeping
