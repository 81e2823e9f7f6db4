// skynet/workload.hpp - a tree of a million things that run by themselves
//
// The root starts ten children, each of them ten more, down to a million leaves. A leaf returns its number, everyone
// else the sum of its children's. How a child is started is the contender's affair, and decides how many are alive at a
// time: queued behind all others, some hundred thousand to a million; run at once, as far as it goes, one of each
// level. One iteration is the whole tree. After https://github.com/atemerev/skynet.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/check.hpp"
#include "harness/clock.hpp"
#include "harness/float_flags.hpp"
#include "harness/memory.hpp"
#include "harness/repeat.hpp"
#include "harness/smoke.hpp"

namespace bench::skynet {

using number = std::int64_t;
constexpr int fan_out = 10;

/// A part of the tree: its first leaf, and how many there are.
struct part {
  number first;
  number leaves;

  bool is_leaf() const { return leaves == 1; }
  part child(int i) const { return {first + i * (leaves / fan_out), leaves / fan_out}; }
};

/// What the first tree of this process took, and who grew it.
struct cost {
  std::string grower;
  double peak_bytes = 0;
  double ns = 0;
};
inline std::optional<cost> first;

/// Times `sum_of(part)` for the whole tree. `bytes_expected` is what it is thought to take at its peak.
///
/// The first tree of a process tells the peak and is told apart: its memory has to come from the kernel, while those
/// after it find what the contender has kept.
template <class SumOf>
void measure(benchmark::State& state, const std::string& name, std::size_t bytes_expected, SumOf sum_of) {
  const part all{0, only_checks ? 100 : 1'000'000};
  const auto grow = [&] { check(sum_of(all) == all.leaves * (all.leaves - 1) / 2, "the sum of all leaves"); };
  if (only_checks) {
    bytes_expected = 0;
    first.reset();
  }
  if (first && name != first->grower)
    return state.SkipWithError("needs a process of its own, as ./dev compare gives it");
  if (bytes_expected > available_memory() / 4 * 3) {
    const std::string reason = "needs " + std::to_string(bytes_expected >> 20) + " MiB of free memory";
    return state.SkipWithError(reason.c_str());
  }
  clear_float_flags();
  if (!first) {
    if (bytes_expected != 0) touch_in_advance(bytes_expected);
    const std::size_t before = footprint_now().resident;
    forget_peak();
    const std::uint64_t began = now_ns();
    grow();
    const std::uint64_t ended = now_ns();
    first = {name, static_cast<double>(std::max(before, peak_resident()) - before), static_cast<double>(ended - began)};
  }
  repeat(state, 1, grow);
  state.counters["peak_bytes"] = first->peak_bytes;
  state.counters["first_ns"] = first->ns;
}

}  // namespace bench::skynet
