// tree_walk/workload.hpp - a generator that walks a tree by recursion and yields from inside of it
//
// The tree is perfect and twenty levels deep. It takes no memory: in order, its nodes are the numbers from 1 on, and
// the children of a node lie as far from it on either side as its subtree's halves are wide. One pass walks the whole
// tree and adds its nodes up; one iteration is one node.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "harness/check.hpp"
#include "harness/contender.hpp"
#include "harness/repeat.hpp"
#include "harness/smoke.hpp"

namespace bench::walking {

using number = std::uint32_t;

/// A node and its subtree.
struct node {
  number value;
  number reach;  // from here to either child; 0 in a leaf

  bool has_children() const { return reach != 0; }
  node left() const { return {value - reach, reach / 2}; }
  node right() const { return {value + reach, reach / 2}; }
};

constexpr int depth = 20;

/// Times `sum(root)`, which walks the tree below `root` in order and adds up what it is handed.
template <class Sum>
void measure(benchmark::State& state, Sum sum) {
  const int levels = only_checks ? 10 : depth;
  const node root{number{1} << (levels - 1), levels > 1 ? number{1} << (levels - 2) : 0};
  const std::uint64_t nodes = (std::uint64_t{1} << levels) - 1;
  clear_float_flags();
  repeat(state, static_cast<std::int64_t>(nodes),
         [&] { check(sum(root) == nodes * (nodes + 1) / 2, "the sum of all nodes"); });
}

/// Puts `tree_walk/20/name` on the list.
template <class Run>
contender walk(const std::string& name, Run run) {
  return contender("tree_walk/" + std::to_string(depth) + "/" + name, run);
}

}  // namespace bench::walking
