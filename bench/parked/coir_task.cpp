// Tasks that wait in a queue of the scheduler's; taken down by waking and joining them.

#include <coir/coir.hpp>

#include <cstddef>
#include <vector>

#include "parked/workload.hpp"

namespace {

class tasks {
 public:
  explicit tasks(std::size_t count) {
    all_.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      all_.push_back(coir::spawn([this] {
        ++bench::parking::parked;
        over_.wait("the end");
      }));
    coir::yield();
  }
  tasks(const tasks&) = delete;
  tasks& operator=(const tasks&) = delete;
  ~tasks() {
    over_.notify_all();
    for (auto& t : all_) t.join();
  }

 private:
  std::vector<coir::task<void>> all_;
  coir::lowlevel::wait_queue over_;
};

template <std::size_t Count>
void run(benchmark::State& state) {
  coir::run([&] { bench::parking::measure<tasks>(state, Count, 6 * 1024); });
}

const bench::contender ten_thousand("parked/10000/coir_task", run<10'000>);
const bench::contender million("parked/1000000/coir_task", run<1'000'000>);

}  // namespace
