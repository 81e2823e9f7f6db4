// Tasks that sleep.

#include <coir/coir.hpp>

#include <cstddef>
#include <vector>

#include "timer/workload.hpp"

namespace {

using namespace bench::sleeping;

void everyone(lateness& notes, std::size_t count) {
  coir::run([&] {
    naps draw;
    std::vector<coir::task<>> tasks;
    tasks.reserve(count);
    while (tasks.size() < count)
      tasks.push_back(coir::spawn({.stack_size = stack_size}, [&notes, how_long = draw.next()] {
        nap(notes, how_long, [](milliseconds d) { coir::sleep_for(d); });
      }));
    for (const auto& t : tasks) t.join();
  });
}

const bench::sleeping::contender coir_task("coir", 10 * 1024, crowd_of<everyone>);

}  // namespace
