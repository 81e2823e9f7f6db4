#include "stack_depth.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <sys/auxv.h>

#include "control_pool.hpp"
#include "particulars.hpp"
#include "stack.hpp"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51  // Linux 5.14, include/uapi/linux/auxvec.h
#endif

namespace coir::detail {
namespace {

using row = stack_report::name_row;

// Names such as "connection 4711" are as many as fibers.
constexpr std::size_t most_names = 256;

struct depth_table {
  std::map<std::string, row, std::less<>> rows;
  row others;

  row& of(std::string_view name) noexcept {
    try {
      if (const auto found = rows.find(name); found != rows.end()) return found->second;
      if (rows.size() < most_names) return rows.emplace(name, row{.name = std::string(name)}).first->second;
    } catch (const std::bad_alloc&) {
      // counted with the others
    }
    return others;
  }

  void note(const control& c) noexcept {
    row& r = of(c.own ? std::string_view(c.own->name) : std::string_view());
    ++r.fibers;
    r.deepest = std::max(r.deepest, depth_of(c.stack));
    r.stack_size = std::max(r.stack_size, c.stack.size());
  }
};

// Never destroyed: threads may end after main's statics.
depth_table& table() {
  static auto* t = new depth_table;
  return *t;
}

// Without SA_ONSTACK a signal's frame lies on the stack of the fiber that it meets: up to 12 KiB on x86-64.
std::size_t suggest(std::size_t deepest) noexcept {
  const std::size_t frame = std::max<std::size_t>(::getauxval(AT_MINSIGSTKSZ), 2048);
  const std::size_t usable = deepest + deepest / 2 + frame;
  const std::size_t size = usable + std::min((usable + 2) / 3, stack_shape::largest_guard);
  return std::min(stack_shape(size).size(), stack_shape::largest);
}

}  // namespace

constinit std::mutex depths_mutex;
constinit std::atomic<bool> depths_are_measured{false};

void note_depth(const control& c) noexcept {
  const std::lock_guard lock(depths_mutex);
  table().note(c);
}

void report_depths(stack_report& report) {
  depth_table now;
  {
    const std::lock_guard lock(depths_mutex);
    now = table();
  }
  for_each_control(this_thread.self, [&](const control& c) {
    if (c.stack.base && c.is_measured && c.state != fiber_state::unstarted && c.state != fiber_state::dead)
      now.note(c);
  });
  for (auto& [name, r] : now.rows) {
    r.suggested = suggest(r.deepest);
    report.names.push_back(std::move(r));
  }
  report.others = now.others;
  if (report.others.fibers != 0) report.others.suggested = suggest(report.others.deepest);
}

}  // namespace coir::detail

namespace coir {

bool measure_stacks(bool on) noexcept {
  const std::lock_guard lock(detail::depths_mutex);
  const bool before = detail::depths_are_measured.exchange(on, std::memory_order_relaxed);
  if (on && !before) detail::table() = {};
  return before;
}

}  // namespace coir
