// parked/workload.hpp - many that have run, wait, and may wait for long
//
// One iteration is one of them, made, started, parked and taken down. What they take is measured once, in a process
// that has made none before: RSS and page tables with all of them parked, less what there was before the first.
// Whatever the contender keeps for each of them counts, a handle too.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <typeinfo>

#include "harness/check.hpp"
#include "harness/clock.hpp"
#include "harness/contender.hpp"
#include "harness/float_flags.hpp"
#include "harness/memory.hpp"
#include "harness/smoke.hpp"

namespace bench::parking {

/// Adds one for each of them that ran, on its way to where it parks.
inline std::size_t parked = 0;

struct result {
  double bytes = 0;
  double page_table_bytes = 0;
  double create_ns = 0;
  double tear_down_ns = 0;
  std::size_t mappings = 0;
};

/// `Crowd` makes and parks so many in its constructor, takes them down in its destructor.
template <class Crowd>
result once(std::size_t count) {
  result r;
  parked = 0;
  clear_float_flags();
  const footprint before = footprint_now();
  const std::uint64_t began = now_ns();
  auto crowd = std::make_unique<Crowd>(count);
  const std::uint64_t made = now_ns();
  check(parked == count, "everyone to run once");
  const footprint after = footprint_now();
  r.mappings = count_mappings();
  const std::uint64_t down = now_ns();
  crowd.reset();
  const std::uint64_t ended = now_ns();
  const auto n = static_cast<double>(count);
  r.page_table_bytes = (static_cast<double>(after.page_tables) - static_cast<double>(before.page_tables)) / n;
  r.bytes = (static_cast<double>(after.resident) - static_cast<double>(before.resident)) / n + r.page_table_bytes;
  r.create_ns = static_cast<double>(made - began) / n;
  r.tear_down_ns = static_cast<double>(ended - down) / n;
  return r;
}

/// What the first of this process to be measured was, and what came out.
inline std::optional<result> first;
inline std::string first_name;

/// Makes a count of Crowd's and fills the counters in. `bytes_expected` is what one is thought to take, so that a
/// machine with too little memory is told from one that swaps.
template <class Crowd>
void measure(benchmark::State& state, std::size_t count, std::size_t bytes_expected) {
  const std::string name = typeid(Crowd).name() + std::to_string(count);
  if (only_checks) {
    count = std::min<std::size_t>(count, 500);
    first.reset();
  }
  if (first && name != first_name) return state.SkipWithError("needs a process of its own, as ./dev compare gives it");
  const std::size_t needed = count * bytes_expected;
  if (needed > available_memory() / 4 * 3) {
    const std::string reason = "needs " + std::to_string(needed >> 20) + " MiB of free memory";
    return state.SkipWithError(reason.c_str());
  }
  if (!first) touch_in_advance(needed);
  while (state.KeepRunningBatch(static_cast<std::int64_t>(count))) {
    try {
      const result r = once<Crowd>(count);
      if (!first) first = r, first_name = name;
    } catch (const std::system_error& error) {
      state.SkipWithError(error.what());
      return;
    }
  }
  state.counters["bytes_each"] = first->bytes;
  state.counters["page_table_bytes_each"] = first->page_table_bytes;
  state.counters["create_ns"] = first->create_ns;
  state.counters["tear_down_ns"] = first->tear_down_ns;
  state.counters["vmas"] = static_cast<double>(first->mappings);
}

/// Puts `parked/10000/name` and, where a million make sense, `parked/1000000/name` on the list.
template <class Crowd>
class contender {
 public:
  contender(const std::string& name, std::size_t bytes_expected, bool a_million = true)
      : ten_thousand_("parked/10000/" + name, run(10'000, bytes_expected)) {
    if (a_million) million_.emplace("parked/1000000/" + name, run(1'000'000, bytes_expected));
  }

 private:
  static auto run(std::size_t count, std::size_t bytes_expected) {
    return [=](benchmark::State& state) { measure<Crowd>(state, count, bytes_expected); };
  }

  bench::contender ten_thousand_;
  std::optional<bench::contender> million_;
};

}  // namespace bench::parking
