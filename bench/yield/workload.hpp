// yield/workload.hpp - one scheduler yield among N ready fibers
//
// N fibers do nothing but yield. The first keeps the time: between two of its own turns each of the others has one, so
// one of its turns stands for N yields.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>

#include "harness/check.hpp"
#include "harness/float_flags.hpp"
#include "harness/smoke.hpp"

namespace bench::yielding {

/// What the fibers of one run share.
class circle {
 public:
  /// Of `fibers`, or of fewer where only the checks are of interest: fibers() tells.
  circle(benchmark::State& state, std::int64_t fibers)
      : state_(state),
        fibers_(only_checks ? std::min<std::int64_t>(fibers, 1000) : fibers),
        rounds_per_pass_(std::max<std::int64_t>(1, 1000 / fibers)) {
    clear_float_flags();
  }
  circle(const circle&) = delete;
  circle& operator=(const circle&) = delete;

  std::int64_t fibers() const { return fibers_; }
  std::int64_t rounds_per_pass() const { return rounds_per_pass_; }

  /// For the time keeper: whether to yield `rounds_per_pass` times more.
  bool next_pass() {
    if (!state_.KeepRunningBatch(rounds_per_pass_ * fibers_)) {
      over_ = true;
      return false;
    }
    clear_float_flags();
    rounds_ += rounds_per_pass_;
    return true;
  }

  /// For the others: whether the time keeper has finished.
  bool over() const { return over_; }

  /// For the others: reports how often one yielded.
  void add(std::int64_t yields) {
    fewest_ = std::min(fewest_, yields);
    most_ = std::max(most_, yields);
    ++reports_;
  }

  /// The yields of the time keeper that let every fiber start before the clock does.
  static constexpr int warm_up = 2;

  /// Whether every fiber had its turn in every round, give or take `slack` turns.
  bool was_fair(std::int64_t slack = 2) const {
    check(reports_ == fibers_ - 1, "a report from each fiber");
    return fewest_ >= rounds_ + warm_up - slack && most_ <= rounds_ + warm_up + slack;
  }
  void check_fairness() const { check(was_fair(), "as many yields from every fiber"); }

  std::int64_t rounds() const { return rounds_; }

 private:
  benchmark::State& state_;
  const std::int64_t fibers_;
  const std::int64_t rounds_per_pass_;
  std::int64_t rounds_ = 0;
  std::int64_t reports_ = 0;
  std::int64_t fewest_ = INT64_MAX;
  std::int64_t most_ = 0;
  bool over_ = false;
};

/// The body of the fiber that keeps the time.
template <class Yield>
void keep_time(circle& c, Yield yield) {
  for (int i = 0; i < circle::warm_up; ++i) yield();
  const std::int64_t rounds = c.rounds_per_pass();
  while (c.next_pass())
    for (std::int64_t i = 0; i < rounds; ++i) yield();
}

/// The body of every other fiber.
template <class Yield>
void follow(circle& c, Yield yield) {
  std::int64_t yields = 0;
  for (; !c.over(); ++yields) yield();
  c.add(yields);
}

}  // namespace bench::yielding
