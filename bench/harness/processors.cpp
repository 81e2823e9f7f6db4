#include "harness/processors.hpp"

#include <sched.h>

#include "harness/check.hpp"

namespace bench {
namespace {

// Read once, at start: after pin_to the mask of the process no longer tells what it was allowed to use.
const cpu_set_t allowed = [] {
  cpu_set_t set;
  check_call(sched_getaffinity(0, sizeof set, &set) == 0, "sched_getaffinity");
  return set;
}();

}  // namespace

int measured_processor() {
  int last = 0;
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &allowed)) last = i;
  return last;
}

int load_processor() {
  int first = 0;
  while (!CPU_ISSET(first, &allowed)) ++first;
  return first;
}

void pin_to(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  check_call(sched_setaffinity(0, sizeof set, &set) == 0, "sched_setaffinity");
}

}  // namespace bench
