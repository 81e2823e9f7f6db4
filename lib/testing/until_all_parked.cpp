#include <coir/testing/until_all_parked.hpp>

#include <cstddef>

#include <coir/sched/scheduler.hpp>

namespace coir::testing {
namespace {

// How many fibers of this thread are in the call below, ready all the time.
constinit thread_local std::size_t callers = 0;

}  // namespace

void until_all_parked() {
  lowlevel::scheduler& s = lowlevel::scheduler::required("testing::until_all_parked");
  struct counted {
    counted() { ++callers; }
    ~counted() { --callers; }
  } const here;
  do s.yield();
  while (s.look(), s.ready() >= callers);
}

}  // namespace coir::testing
