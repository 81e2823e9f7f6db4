// rival/raw/scheduler.hpp - the least a single-threaded fiber scheduler can do
//
// An inlined switch, a ring of ready fibers, stacks from one slab. No cancellation, no exceptions, no fairness to I/O,
// no thread safety and no guard pages: a lower bound for the questions that need a scheduler, not a target.
#pragma once

#include <array>
#include <cstddef>
#include <new>

#include "harness/stack.hpp"
#include "rival/raw/context.hpp"

namespace bench::raw {

/// Runs up to `MaxFibers` fibers, a power of two, besides the one that constructs it, first come first served.
template <std::size_t MaxFibers = 1024>
class scheduler {
 public:
  // Lives at the top of its own stack, so that a fiber costs no allocation.
  struct fiber {
    context saved;
    scheduler* home = nullptr;
    void (*body)(void*) = nullptr;
    void* argument = nullptr;
    fiber* joiner = nullptr;
    fiber* next_free = nullptr;
    bool finished = false;
  };

  fiber* spawn(void (*body)(void*), void* argument) {
    fiber* f = take_stack();
    f->saved = make_context(f, enter);
    f->home = this;
    f->body = body;
    f->argument = argument;
    f->joiner = nullptr;
    f->finished = false;
    push(f);
    return f;
  }

  void yield() {
    push(current_);
    run_next();
  }

  void join(fiber* f) {
    if (!f->finished) {
      f->joiner = current_;
      run_next();
    }
    f->next_free = free_;
    free_ = f;
  }

 private:
  // More of them than that are no longer at hand when their turn comes.
  static constexpr std::size_t fit_in_cache = 1024;
  static constexpr std::size_t ring_size = 2 * MaxFibers;

  static void enter(void* self) {
    auto* f = static_cast<fiber*>(self);
    f->body(f->argument);
    f->finished = true;
    if (f->joiner != nullptr) f->home->push(f->joiner);
    f->home->run_next();
    __builtin_unreachable();
  }

  [[gnu::always_inline]] void run_next() {
    if constexpr (MaxFibers > fit_in_cache) fetch_ahead();
    fiber* from = current_;
    fiber* to = pop();
    current_ = to;
    switch_context(from->saved, to->saved, to);
  }

  // Past the last one there are old addresses, and null: fetching those does no harm.
  [[gnu::always_inline]] void fetch_ahead() {
    constexpr std::size_t turns = 8;
    const auto* next = reinterpret_cast<const char*>(ring_[(head_ + turns) % ring_size]);
    __builtin_prefetch(next);
    __builtin_prefetch(next - 64);
    __builtin_prefetch(next - 128);
  }

  fiber* take_stack() {
    if (fiber* f = free_) {
      free_ = f->next_free;
      return f;
    }
    check(used_ < MaxFibers, "fewer fibers");
    return new (stacks_.top(used_++) - sizeof(fiber)) fiber;
  }

  void push(fiber* f) { ring_[tail_++ % ring_size] = f; }
  fiber* pop() { return ring_[head_++ % ring_size]; }

  std::array<fiber*, ring_size> ring_{};
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
  fiber main_;
  fiber* current_ = &main_;
  fiber* free_ = nullptr;
  stack_slab stacks_{MaxFibers};
  std::size_t used_ = 0;
};

}  // namespace bench::raw
