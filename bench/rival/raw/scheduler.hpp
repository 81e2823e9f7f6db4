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

/// Runs up to `max_fibers` fibers besides the one that constructs it, first come first served.
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

  static constexpr std::size_t max_fibers = 1024;

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
  static constexpr std::size_t ring_size = 2 * max_fibers;

  static void enter(void* self) {
    auto* f = static_cast<fiber*>(self);
    f->body(f->argument);
    f->finished = true;
    if (f->joiner != nullptr) f->home->push(f->joiner);
    f->home->run_next();
    __builtin_unreachable();
  }

  [[gnu::always_inline]] void run_next() {
    fiber* from = current_;
    fiber* to = pop();
    current_ = to;
    switch_context(from->saved, to->saved, to);
  }

  fiber* take_stack() {
    if (fiber* f = free_) {
      free_ = f->next_free;
      return f;
    }
    check(used_ < max_fibers, "fewer fibers");
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
  stack_slab stacks_{max_fibers};
  std::size_t used_ = 0;
};

}  // namespace bench::raw
