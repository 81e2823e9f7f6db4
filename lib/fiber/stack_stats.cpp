#include <coir/fiber/stack_stats.hpp>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <ostream>

#include "control_pool.hpp"
#include "stack.hpp"
#include "stack_depth.hpp"
#include "stack_pool.hpp"

namespace coir {
namespace {

using detail::slab;

bool overlaps(const std::vector<slab>& slabs, std::uintptr_t from, std::uintptr_t to) {
  return std::ranges::any_of(slabs, [&](const slab& s) {
    const auto base = reinterpret_cast<std::uintptr_t>(s.base);
    return base < to && from < base + s.bytes;
  });
}

// What the kernel says: unlike mincore(2), its Rss leaves out pages that were read and never written.
void look_at_mappings(const std::vector<slab>& slabs, stack_report& report) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/smaps", "re"), std::fclose);
  if (!file) return;
  std::array<char, 512> line;
  bool ours = false;
  while (std::fgets(line.data(), line.size(), file.get())) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    std::size_t kib = 0;
    if (std::sscanf(line.data(), "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2) {
      ours = overlaps(slabs, from, to);
      report.mappings += ours;
    } else if (ours && std::sscanf(line.data(), "Rss: %zu kB", &kib) == 1) {
      report.resident += kib * 1024;
    }
  }
}

std::string bytes(std::size_t n) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB"};
  auto value = static_cast<double>(n);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(),
                value == static_cast<double>(static_cast<std::size_t>(value)) ? "%.0f %s" : "%.1f %s", value,
                units[unit]);
  return text.data();
}

void add_row(std::string& table, const std::string& first, std::initializer_list<std::string> rest) {
  table.append("  ").append(first);
  if (first.size() < 24) table.append(24 - first.size(), ' ');
  for (const std::string& cell : rest) {
    table.append(cell.size() < 11 ? 12 - cell.size() : 1, ' ');
    table += cell;
  }
  table += '\n';
}

void add_name(std::string& table, const std::string& name, const stack_report::name_row& r) {
  add_row(table, name, {std::to_string(r.fibers), bytes(r.deepest), bytes(r.stack_size), bytes(r.suggested)});
}

}  // namespace

stack_report stack_stats() {
  stack_report report;
  report.guards = detail::guards();
  std::vector<slab> slabs;
  detail::free_stacks().look([&](const auto& classes, const std::vector<slab>& all) {
    slabs = all;
    for (const auto& c : classes) {
      const std::size_t pooled = std::min(c.mapped, c.free.size() + detail::count_cached_stacks(c.shape));
      report.sizes.push_back({c.shape.size(), c.mapped, c.mapped - pooled, pooled});
    }
  });
  std::ranges::sort(report.sizes, {}, &stack_report::size_row::stack_size);
  for (const auto& row : report.sizes) {
    report.in_use += row.in_use * row.stack_size;
    report.pooled += row.pooled * row.stack_size;
  }
  for (const slab& s : slabs) report.mapped += s.bytes;
  report.slabs = slabs.size();
  look_at_mappings(slabs, report);
  for (auto* chunk = detail::first_chunk(); chunk; chunk = chunk->next) report.control_blocks += sizeof(*chunk);
  detail::report_depths(report);
  return report;
}

std::string to_string(const stack_report& report) {
  const char* const guards = report.guards == stack_report::guard_kind::advice ? "madvise" : "mprotect";
  std::string table = "stacks: " + bytes(report.mapped) + " mapped (" + bytes(report.in_use) + " in use, " +
                      bytes(report.pooled) + " pooled), " + bytes(report.resident) +
                      " in memory; slabs: " + std::to_string(report.slabs) +
                      ", mappings: " + std::to_string(report.mappings) + ", guards by " + guards +
                      "; control blocks: " + bytes(report.control_blocks) + "\n";
  add_row(table, "stack_size", {"mapped", "in use", "pooled"});
  for (const auto& r : report.sizes)
    add_row(table, bytes(r.stack_size), {std::to_string(r.mapped), std::to_string(r.in_use), std::to_string(r.pooled)});
  if (report.names.empty()) return table;
  add_row(table, "name", {"fibers", "deepest", "stack_size", "suggested"});
  for (const auto& r : report.names) add_name(table, r.name.empty() ? "(no name)" : r.name, r);
  if (report.others.fibers != 0) add_name(table, "(further names)", report.others);
  return table;
}

std::ostream& operator<<(std::ostream& out, const stack_report& report) { return out << to_string(report); }

}  // namespace coir
