#include <coir/testing/expect_switch.hpp>

#include <stdexcept>
#include <string>

#include <coir/sched/scheduler.hpp>

namespace coir::detail {

std::uint64_t switches(const char* caller) { return lowlevel::scheduler::required(caller).switches(); }

void check_switches(std::uint64_t before, bool expected, where called) {
  const bool did = lowlevel::scheduler::required("testing::expect_switch").switches() != before;
  if (did == expected) return;
  throw std::logic_error(std::string(called.file) + ":" + std::to_string(called.line) +
                         (expected ? ": expect_switch: the call let no other fiber run"
                                   : ": expect_no_switch: the call let other fibers run"));
}

}  // namespace coir::detail
