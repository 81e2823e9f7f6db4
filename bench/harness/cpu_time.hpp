// harness/cpu_time.hpp - what the kernel says a process has used
#pragma once

#include <sys/resource.h>

#include "harness/check.hpp"

namespace bench {

/// Seconds of all threads of this process, and how often a page had to be found for it.
struct cpu_time {
  double user = 0;
  double system = 0;
  long page_faults = 0;

  friend cpu_time operator-(const cpu_time& a, const cpu_time& b) {
    return {a.user - b.user, a.system - b.system, a.page_faults - b.page_faults};
  }
};

inline cpu_time cpu_time_now() {
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  rusage used;
  check_call(getrusage(RUSAGE_SELF, &used) == 0, "getrusage");
  return {seconds(used.ru_utime), seconds(used.ru_stime), used.ru_minflt};
}

}  // namespace bench
