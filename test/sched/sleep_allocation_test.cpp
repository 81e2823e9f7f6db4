// Sleeping allocates nothing: the arrays that hold timers grow with the crowd, and are kept.
#include <chrono>
#include <vector>

#include <coir/sched.hpp>
#include <coir/sync.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "count_allocations.hpp"

namespace {

using support::allocations;

using namespace std::chrono_literals;

class sleep_allocation : public support::counts_allocations {
 protected:
  // Runs `each` in so many tasks for an hour, then for another one; how often memory was taken in the second.
  template <class F>
  static long in_the_second_hour(int tasks, F each) {
    long taken = -1;
    coir::testing::run([&] {
      std::vector<coir::task<>> all;
      for (int i = 0; i < tasks; ++i)
        all.push_back(coir::spawn([&each, i] {
          for (;;) each(i);
        }));
      coir::sleep_for(1h);
      const long before = allocations;
      coir::sleep_for(1h);
      taken = allocations - before;
    });
    return taken;
  }
};

TEST_F(sleep_allocation, happens_in_no_sleep) {
  // A million of them; an array may see its largest crowd yet.
  EXPECT_LE(in_the_second_hour(500, [](int i) { coir::sleep_for(std::chrono::milliseconds(1500 + i)); }), 500);
}

TEST_F(sleep_allocation, happens_in_no_wait_that_ends_before_its_deadline) {
  coir::lowlevel::wait_queue never_late;
  EXPECT_LE(in_the_second_hour(100,
                               [&](int i) {
                                 if (i != 0) {
                                   static_cast<void>(never_late.wait_or_throw("its turn", coir::now() + 1min));
                                 } else {
                                   coir::sleep_for(1s);
                                   never_late.notify_all();
                                 }
                               }),
            500);
}

}  // namespace
