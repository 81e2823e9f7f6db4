// A thread that runs fibers: how it becomes one, and how it ends.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

#include <cxxabi.h>

#include <coir/fiber/detail/access.hpp>

#include "annotations.hpp"
#include "control_pool.hpp"
#include "fork.hpp"
#include "message.hpp"
#include "overflow.hpp"
#include "owners.hpp"
#include "particulars.hpp"
#include "reference.hpp"
#include "stack.hpp"
#include "switch.hpp"
#include "unwind.hpp"

namespace coir::detail {
namespace {

// Unwinds every fiber of the calling thread and gives up its blocks; the thread is about to end.
void abandon_thread(owner* self) noexcept {
  reap();
  for_each_control(self, [](control& c) {
    if (c.state == fiber_state::unstarted && c.work) end_unstarted(&c);
  });
  unwind_thread(unwind_reason::thread_ends);
  if (this_thread.current->own) drop_locals(*this_thread.current);
  for_each_control(self, [](control& c) {
    if (c.is_thread) c.state = fiber_state::dead;
    // Nobody can switch to what is left, so nobody asks for its parents any more.
    c.parent = {};
    c.children = 0;
    const auto local = static_cast<std::int32_t>(std::exchange(c.local, 0));
    c.shared.fetch_add(local * shared_one, std::memory_order_acq_rel);
    // From here on whoever drops the last handle frees the block: this thread only if none was left before.
    const std::int32_t before = c.shared.fetch_or(shared_merged, std::memory_order_acq_rel);
    c.home.store(nullptr, std::memory_order_release);
    if (!(before & shared_queued) && count_of(before) == 0) free_block(&c);
  });
  this_thread.self = &nobody;
  control* list = self->dropped.exchange(closed_list(), std::memory_order_acq_rel);
  while (list) {
    control* c = std::exchange(list, list->next);
    c->shared.fetch_and(~shared_queued, std::memory_order_relaxed);
    free_block(c);
  }
}

std::terminate_handler before_ours = nullptr;

// An order to leave that meets a noexcept frame ends the process; this says in which fiber.
void name_the_fiber() {
  if (const control* c = this_thread.current; c && !c->is_thread)
    std::fprintf(stderr, "coir: std::terminate in %s; an exception, perhaps fiber_exit or cancelled, met a noexcept frame\n",
                 describe(c).c_str());
  if (before_ours) before_ours();
  std::abort();
}

struct at_thread_exit {
  bool armed = false;
  ~at_thread_exit() {
    if (!armed) return;
    owner* self = this_thread.self;
    abandon_thread(self);
    this_thread.current = nullptr;
    flush_control_cache();
    flush_stack_caches();
    give_owner(self);
  }
};
thread_local at_thread_exit exit_guard;

}  // namespace

control* enter_thread() {
  if (this_thread.current) [[likely]]
    return this_thread.current;
  static const bool installed = (before_ours = std::set_terminate(name_the_fiber), expect_forks(), true);
  static_cast<void>(installed);
  owner* self = take_owner();
  this_thread.self = self;
  control* c = nullptr;
  try {
    c = take_control();
  } catch (...) {
    this_thread.self = &nobody;
    give_owner(self);
    throw;
  }
  c->state = fiber_state::running;
  c->is_thread = true;
  c->local = 1;  // the thread's own
  annotate_thread(c);
  watch_for_overflow();
  this_thread.current = c;
  this_thread.exceptions = reinterpret_cast<exception_globals*>(abi::__cxa_get_globals());
  this_thread.watched = this_thread.exceptions;
  exit_guard.armed = true;
  return c;
}

void set_notify(void (*notify)(void*) noexcept, void* argument) noexcept {
  owner* self = enter_thread()->home.load(std::memory_order_relaxed);
  self->notify_argument.store(argument, std::memory_order_relaxed);
  self->notify.store(notify, std::memory_order_release);
}

}  // namespace coir::detail
