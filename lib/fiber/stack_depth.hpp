// How deep fibers go, by name: measured for those that start while coir::measure_stacks is on.
//
// A measured fiber starts on a stack that holds no memory at all, so that what is there at its end, or at
// the moment of a report, is its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/stack_stats.hpp>

namespace coir::detail {

extern constinit std::atomic<bool> depths_are_measured;
extern constinit std::mutex depths_mutex;

// Takes note of an ended fiber whose stack is measured.
void note_depth(const control& c) noexcept;

// Fills in the rows by name.
void report_depths(stack_report& report);

}  // namespace coir::detail
