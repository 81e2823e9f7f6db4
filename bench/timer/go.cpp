// Goroutines, in a process of their own.

#include <cstddef>
#include <stdexcept>
#include <string>

#include "harness/go_program.hpp"
#include "timer/workload.hpp"

namespace {

using namespace bench::sleeping;

result crowd_of_go(std::size_t count) {
  if (const auto why = bench::why_no_go()) throw std::runtime_error(*why);
  const std::string said = bench::run_go("timer", {std::to_string(count), std::to_string(longest())});
  const auto number = [&](const char* key) { return bench::number_in(said, key); };
  return {{number("user_seconds"), number("system_seconds"), static_cast<long>(number("page_faults"))},
          number("wall_seconds"),
          number("late_p50_us"),
          number("late_p99_us")};
}

const bench::sleeping::contender go("go", 4 * 1024, crowd_of_go);

}  // namespace
