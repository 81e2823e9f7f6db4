// A thread for each; not many, for the kernel's own memory for them is not what is asked here.

#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "timer/workload.hpp"

namespace {

using namespace bench::sleeping;

void everyone(lateness& notes, std::size_t count) {
  naps draw;
  std::vector<std::thread> threads;
  // Each notes for itself, since one may be preempted anywhere.
  std::vector<std::uint64_t> slept(count);
  threads.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    threads.emplace_back([how_long = draw.next(), &own = slept[i]] {
      const std::uint64_t began = bench::now_ns();
      std::this_thread::sleep_for(how_long);
      own = bench::now_ns() - began;
    });
  naps again;
  for (std::size_t i = 0; i < count; ++i) {
    threads[i].join();
    notes.slept(slept[i], again.next());
  }
}

const bench::sleeping::contender thread("thread", 32 * 1024, crowd_of<everyone>, 1000);

}  // namespace
