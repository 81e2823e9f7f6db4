// Two OS threads on one processor that hand over by futex, the cheapest way the kernel offers.

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "harness/contender.hpp"
#include "switch/workload.hpp"

namespace {

enum turn : std::uint32_t { near_side, far_side, nobody };

class baton {
 public:
  void hand_to(turn side) {
    turn_.store(side, std::memory_order_release);
    syscall(SYS_futex, word(), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  // std::atomic::wait spins first, which on one processor only keeps the other side from running.
  turn wait_while(turn side) {
    for (;;) {
      const auto now = static_cast<turn>(turn_.load(std::memory_order_acquire));
      if (now != side) return now;
      syscall(SYS_futex, word(), FUTEX_WAIT_PRIVATE, side, nullptr, nullptr, 0);
    }
  }

  void* value = nullptr;

 private:
  std::uint32_t* word() { return reinterpret_cast<std::uint32_t*>(&turn_); }
  std::atomic<std::uint32_t> turn_ = near_side;
};

void run(benchmark::State& state) {
  baton shared;
  std::thread other([&] {
    while (shared.wait_while(near_side) == far_side) {
      shared.value = bench::switching::add_one(shared.value);
      shared.hand_to(near_side);
    }
  });
  bench::switching::measure(
      state,
      [&](void* value) {
        shared.value = value;
        shared.hand_to(far_side);
        shared.wait_while(far_side);
        return shared.value;
      },
      10);
  shared.hand_to(nobody);
  other.join();
}

const bench::contender thread("switch/thread", run);

}  // namespace
