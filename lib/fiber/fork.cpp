#include "fork.hpp"

#include <mutex>

#include <pthread.h>
#include <unistd.h>

#include "control_pool.hpp"
#include "owner_call.hpp"
#include "owners.hpp"
#include "particulars.hpp"
#include "reference.hpp"
#include "stack.hpp"
#include "stack_depth.hpp"
#include "stack_pool.hpp"

namespace coir::detail {
namespace {

// A thread that is not there in the child would hold them for ever.
template <class F>
void for_each_mutex(F&& f) {
  for (std::mutex* m : {&control_pool_mutex, &depths_mutex, &names_mutex, &owners_mutex, &places_mutex(), &stack_caches_mutex(),
                        &free_stacks().mutex()})
    f(*m);
}

void lock_all() {
  for_each_mutex([](std::mutex& m) { m.lock(); });
}
void unlock_all() {
  for_each_mutex([](std::mutex& m) { m.unlock(); });
}

// Not run, not unwound, not given back: what goes on may hold references to what lies on its stack.
void leave_behind(control& c) noexcept {
  c.state = fiber_state::dead;
  c.context = {};
  c.work = nullptr;
  c.stack = {};
  c.shared.fetch_add(static_cast<std::int32_t>(c.local) * shared_one | shared_merged, std::memory_order_relaxed);
  c.local = 0;
  c.home.store(nullptr, std::memory_order_relaxed);
}

void end_owner(owner& o) noexcept {
  o.dropped.store(closed_list(), std::memory_order_relaxed);
  o.notify.store(nullptr, std::memory_order_relaxed);
  o.thread_id = 0;
  drop_calls(o);
}

void in_child() {
  unlock_all();
  forked_fiber = this_thread.current;
  owner* self = this_thread.self;
  for (control_chunk* chunk = first_chunk(); chunk; chunk = chunk->next)
    for (control& c : chunk->block)
      if (&c != forked_fiber && c.home.load(std::memory_order_relaxed)) leave_behind(c);
  for_each_owner([&](owner& o) {
    if (&o != self) end_owner(o);
  });
  if (self == &nobody) return;
  self->thread_id = ::gettid();
  self->dropped.store(nullptr, std::memory_order_relaxed);
  self->notify.store(nullptr, std::memory_order_relaxed);
  drop_calls(*self);
  self->attention.fetch_and(~(has_dropped | has_call), std::memory_order_relaxed);
}

}  // namespace

constinit const control* forked_fiber = nullptr;

void expect_forks() { ::pthread_atfork(lock_all, unlock_all, in_child); }

}  // namespace coir::detail
