// The limit: contexts on stacks of one slab, and a list of sleepers for each millisecond.

#include "rival/raw/context.hpp"

#include <ctime>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "harness/stack.hpp"
#include "timer/workload.hpp"

namespace {

using namespace bench::raw;
using namespace bench::sleeping;

constexpr std::uint64_t millisecond = 1'000'000;

class crowd {
 public:
  crowd(lateness& notes, std::size_t count)
      : notes_(notes),
        began_(bench::now_ns()),
        due_each_(2 * count / static_cast<std::size_t>(longest())),
        stacks_(count, stack_size) {
    naps draw;
    for (std::size_t i = 0; i < count; ++i) {
      auto* f = new (stacks_.top(i) - sizeof(fiber)) fiber{{}, this, draw.next()};
      f->saved = make_context(f, enter);
      switch_context(main_, f->saved, f);
    }
  }

  // Everyone due in a millisecond is woken at its end.
  void run() {
    for (std::size_t ms = 0; ms < due_.size(); ++ms) {
      if (due_[ms].empty()) continue;
      sleep_until(began_ + ms * millisecond);
      const std::size_t count = due_[ms].size();
      for (std::size_t i = 0; i < count; ++i) {
        // A stack is cold after so long.
        const auto* soon = reinterpret_cast<const char*>(due_[ms][std::min(i + 8, count - 1)]);
        __builtin_prefetch(soon);
        __builtin_prefetch(soon - 64);
        __builtin_prefetch(soon - 128);
        switch_context(main_, due_[ms][i]->saved, due_[ms][i]);
      }
    }
  }

 private:
  // Lives at the top of its own stack.
  struct fiber {
    context saved;
    crowd* home;
    milliseconds how_long;
  };

  static void enter(void* self) {
    auto& f = *static_cast<fiber*>(self);
    nap(f.home->notes_, f.how_long, [&f](milliseconds d) { f.home->sleep(f, d); });
    switch_context(f.saved, f.home->main_, nullptr);
    __builtin_unreachable();
  }

  void sleep(fiber& f, milliseconds d) {
    const std::uint64_t passed = bench::now_ns() - began_;
    const auto ms = (passed + millisecond - 1) / millisecond + static_cast<std::uint64_t>(d.count());
    while (due_.size() <= ms) due_.emplace_back().reserve(due_each_);
    due_[ms].push_back(&f);
    switch_context(f.saved, main_, nullptr);
  }

  static void sleep_until(std::uint64_t at) {
    const timespec until{static_cast<time_t>(at / 1'000'000'000), static_cast<long>(at % 1'000'000'000)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
  }

  lateness& notes_;
  const std::uint64_t began_;
  const std::size_t due_each_;
  const bench::stack_slab stacks_;
  context main_;
  std::vector<std::vector<fiber*>> due_;
};

void everyone(lateness& notes, std::size_t count) { crowd(notes, count).run(); }

const bench::sleeping::contender raw("raw", 6 * 1024, crowd_of<everyone>);

}  // namespace
