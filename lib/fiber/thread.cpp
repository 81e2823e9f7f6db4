// A thread that runs fibers: how it becomes one, and how it ends.
#include <mutex>

#include <cxxabi.h>
#include <unistd.h>

#include <coir/fiber/detail/access.hpp>

#include "annotations.hpp"
#include "control_pool.hpp"
#include "reference.hpp"
#include "stack.hpp"
#include "switch.hpp"

namespace coir::detail {
namespace {

constinit std::mutex owners_mutex;
constinit owner* free_owners = nullptr;  // guarded by owners_mutex

// Never freed, but used again: a foreign thread may still look at the owner of a thread that has ended.
owner* take_owner() {
  owner* o = nullptr;
  {
    const std::lock_guard lock(owners_mutex);
    o = free_owners;
    if (o) free_owners = o->next_free;
  }
  if (!o) o = new owner;
  o->thread_id = ::gettid();
  o->attention.store(COIR_ANNOTATED ? is_annotated : 0, std::memory_order_relaxed);
  o->dropped.store(nullptr, std::memory_order_release);
  return o;
}

void give_owner(owner* o) noexcept {
  o->notify.store(nullptr, std::memory_order_relaxed);
  const std::lock_guard lock(owners_mutex);
  o->next_free = free_owners;
  free_owners = o;
}

struct at_thread_exit {
  bool armed = false;
  ~at_thread_exit() {
    if (!armed) return;
    owner* self = this_thread.self;
    abandon_thread(self);
    this_thread.current = nullptr;
    flush_control_cache();
    flush_stack_cache();
    give_owner(self);
  }
};
thread_local at_thread_exit exit_guard;

}  // namespace

control* enter_thread() {
  if (this_thread.current) [[likely]]
    return this_thread.current;
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
  c->state = fiber_state::live;
  c->is_thread = true;
  c->local = 1;  // the thread's own
  annotate_thread(c);
  this_thread.current = c;
  this_thread.exceptions = reinterpret_cast<exception_globals*>(abi::__cxa_get_globals());
  exit_guard.armed = true;
  return c;
}

void set_notify(void (*notify)(void*) noexcept, void* argument) noexcept {
  owner* self = enter_thread()->home.load(std::memory_order_relaxed);
  self->notify_argument.store(argument, std::memory_order_relaxed);
  self->notify.store(notify, std::memory_order_release);
}

}  // namespace coir::detail
