// Sleeping allocates nothing: the arrays that hold timers grow with the crowd, and are kept.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>
#include <vector>

#include <coir/sched.hpp>
#include <coir/sync.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

std::atomic<long> allocations = 0;

}  // namespace

// Sanitizers bring their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
// Out of line: a compiler that sees free() where it knows of operator new warns of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size ? size : 1)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
#endif

namespace {

using namespace std::chrono_literals;

class sleep_allocation : public support::nothing_left {
 protected:
  void SetUp() override {
    const long before = allocations;
    delete std::launder(new int(1));
    if (allocations == before) GTEST_SKIP() << "allocations are not counted here";
  }

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
