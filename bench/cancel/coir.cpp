// Tasks that sleep.

#include <coir/coir.hpp>

#include <cstddef>
#include <vector>

#include "cancel/workload.hpp"
#include "harness/contender.hpp"

namespace {

using namespace bench::cancelling;

class crowd {
 public:
  explicit crowd(std::size_t count) {
    tasks_.reserve(count);
    while (tasks_.size() < count) tasks_.push_back(coir::spawn([] { serve([] { coir::sleep_for(long_enough); }); }));
    coir::yield();
  }

  void cancel_and_join() {
    for (const auto& t : tasks_) t.cancel();
    for (const auto& t : tasks_) t.join();
  }

 private:
  std::vector<coir::task<>> tasks_;
};

const bench::contender coir_task("cancel/100000/coir",
                                 [](benchmark::State& state) { coir::run([&] { measure<crowd>(state, 10 * 1024); }); });

}  // namespace
