// The limit: contexts on bare stacks. Each is switched to and throws; nothing has to be told to anybody.

#include "rival/raw/context.hpp"

#include <cstddef>
#include <new>

#include "cancel/workload.hpp"
#include "harness/contender.hpp"
#include "harness/stack.hpp"

namespace {

using namespace bench::cancelling;
using namespace bench::raw;

struct cancelled {};

class crowd {
 public:
  explicit crowd(std::size_t count) : count_(count), stacks_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto* f = new (stacks_.top(i) - sizeof(fiber)) fiber{{}, this};
      f->saved = make_context(f, enter);
      switch_context(main_, f->saved, f);
    }
  }

  void cancel_and_join() {
    for (std::size_t i = 0; i < count_; ++i) {
      prefetch(i + 4);
      fiber* f = fiber_at(i);
      switch_context(main_, f->saved, f);
    }
    bench::check(ended_ == count_, "everyone to end");
  }

 private:
  // Lives at the top of its own stack.
  struct fiber {
    context saved;
    crowd* home;
  };

  fiber* fiber_at(std::size_t i) const { return reinterpret_cast<fiber*>(stacks_.top(i) - sizeof(fiber)); }

  void prefetch(std::size_t i) const {
    if (i >= count_) return;
    const char* top = stacks_.top(i);
    for (int line = 1; line <= 4; ++line) __builtin_prefetch(top - 64 * line);
  }

  static void enter(void* self) {
    auto& f = *static_cast<fiber*>(self);
    try {
      serve([&f] {
        switch_context(f.saved, f.home->main_, nullptr);
        throw cancelled();
      });
    } catch (const cancelled&) {
      ++f.home->ended_;
    }
    switch_context(f.saved, f.home->main_, nullptr);
    __builtin_unreachable();
  }

  const std::size_t count_;
  const bench::stack_slab stacks_;
  context main_;
  std::size_t ended_ = 0;
};

const bench::contender raw("cancel/100000/raw", [](benchmark::State& state) { measure<crowd>(state, 6 * 1024); });

}  // namespace
