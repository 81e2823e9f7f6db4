// Handle counts biased to the owner's thread: Choi, Shull and Torrellas, "Biased reference counting"
// (PACT 2018). The owner counts without atomics in `local`, everybody else in `shared`; either may be
// drained by the other's drops, only the sum counts. Only the owner decides that a fiber has no handle
// left, so only the owner ever unwinds it.
#include "reference.hpp"

#include <utility>

#include <coir/fiber/detail/access.hpp>

#include "control_pool.hpp"
#include "message.hpp"
#include "stack.hpp"
#include "switch.hpp"
#include "unwind.hpp"

namespace coir::detail {
namespace {

// Its owner has found that no handle refers to `c`.
void unreferenced(control* c) noexcept {
  if (c->shared.load(std::memory_order_acquire) & shared_queued) return;  // reap() will decide
  switch (c->state) {
    case fiber_state::unstarted:  // stays for its children's sake: the end of one may start it
    case fiber_state::dead:       // or recycle() is on its way
      free_block(c);
      return;
    case fiber_state::ready:
    case fiber_state::parked:
      c->orphan = true;  // what it waits for resumes it first
      return;
    case fiber_state::suspended:
      if (c->kills)
        c->orphan = true;  // looked at when it goes on
      else
        kill(c, unwind_reason::dropped);
      return;
    case fiber_state::running:
      if (c->kills) {
        c->orphan = true;
      } else if (c == this_thread.current) {
        c->orphan = true;
        this_thread.self->attention.fetch_or(has_orphan, std::memory_order_relaxed);
      }
      return;
  }
}

// Gives `c` to its owner, who decides.
void hand_to_owner(control* c) noexcept {
  owner* home = c->home.load(std::memory_order_acquire);
  if (home) {
    control* head = home->dropped.load(std::memory_order_relaxed);
    do {
      if (head == closed_list()) break;
      c->next = head;
      // release: the owner sees `next`, and what the dropper did with the fiber before.
    } while (!home->dropped.compare_exchange_weak(head, c, std::memory_order_release, std::memory_order_relaxed));
    if (head != closed_list()) {
      home->attention.fetch_or(has_dropped, std::memory_order_release);
      if (auto* notify = home->notify.load(std::memory_order_acquire))
        notify(home->notify_argument.load(std::memory_order_relaxed));
      return;
    }
  }
  // The thread has ended, and with it every fiber it had: what is left is the block.
  c->shared.fetch_and(~shared_queued, std::memory_order_acq_rel);
  free_block(c);
}

// The owner takes all of `shared` over into `local`.
void absorb(control* c) noexcept {
  c->local += static_cast<std::uint32_t>(count_of(c->shared.exchange(0, std::memory_order_acq_rel)));
  if (c->local == 0 && count_of(c->shared.fetch_or(shared_merged, std::memory_order_acq_rel)) == 0) unreferenced(c);
}

}  // namespace

void free_block(control* c) noexcept {
  // A loop, for chains may be long.
  while (c && c->children == 0 && is_unreferenced(c)) {
    if (c->state == fiber_state::unstarted && c->work) end_unstarted(c);
    if (c->state != fiber_state::dead || c->work) return;
    // Its callable may have stored a handle while it was destroyed.
    if (!is_unreferenced(c)) return;
    control* parent = c->parent.control_;
    give_control(c);
    c = parent && --parent->children == 0 ? parent : nullptr;
  }
}

control* closed_list() noexcept {
  static control sentinel;
  return &sentinel;
}

void retain_slowly(control* c) noexcept {
  if (c->home.load(std::memory_order_relaxed) != this_thread.self) {
    c->shared.fetch_add(shared_one, std::memory_order_relaxed);
    return;
  }
  c->local = 1;
  c->shared.fetch_and(~shared_merged, std::memory_order_relaxed);
  if (c->orphan) {
    c->orphan = false;
    this_thread.self->attention.fetch_and(~has_orphan, std::memory_order_relaxed);
  }
}

void release_slowly(control* c) noexcept {
  if (c->home.load(std::memory_order_relaxed) == this_thread.self) {
    if (c->local != 0) {
      if (--c->local != 0) return;
      // acq_rel: what foreign threads did before they dropped their handles happens before the end.
      if (count_of(c->shared.fetch_or(shared_merged, std::memory_order_acq_rel)) == 0) unreferenced(c);
    } else if (count_of(c->shared.fetch_sub(shared_one, std::memory_order_acq_rel) - shared_one) == 0) {
      unreferenced(c);
    }
    return;
  }
  std::int32_t before = c->shared.load(std::memory_order_relaxed);
  std::int32_t after = 0;
  bool tell = false;
  do {
    after = before - shared_one;
    // Below zero the rest is in `local`, at zero and merged nothing is left anywhere: the owner's to decide.
    tell = !(before & shared_queued) && (count_of(after) < 0 || (count_of(after) == 0 && (before & shared_merged)));
    if (tell) after |= shared_queued;
  } while (!c->shared.compare_exchange_weak(before, after, std::memory_order_acq_rel, std::memory_order_relaxed));
  if (tell) hand_to_owner(c);
}

void set_parent(control* c, control* parent) noexcept {
  if (parent) ++parent->children;
  if (control* before = std::exchange(c->parent, fiber_handle{parent}).control_) unpin(before);
}

void recycle(control* c) noexcept {
  c->work->operations->destroy(*c->work);
  c->work = nullptr;
  annotate_end(c);
  if (c->is_measured) [[unlikely]]
    note_depth(*c);
  give_stack(c->stack);
  if (c->children == 0 && is_unreferenced(c) && !c->parent.control_) [[likely]]
    return give_control(c);
  c->stack = {};
  c->context = {};
  free_block(c);
}

void end_unstarted(control* c) noexcept {
  c->state = fiber_state::dead;
  c->work->operations->destroy(*c->work);
  c->work = nullptr;
  if (c->stack.base) give_stack(std::exchange(c->stack, {}));
}

void reap() noexcept {
  owner* self = this_thread.self;
  // Cleared before the list is taken: a push after that sets it again.
  self->attention.fetch_and(~has_dropped, std::memory_order_acquire);
  control* list = self->dropped.exchange(nullptr, std::memory_order_acquire);
  while (list) absorb(std::exchange(list, list->next));
}

void attend() noexcept {
  owner* self = this_thread.self;
  const std::uint32_t asked = self->attention.load(std::memory_order_relaxed);
  if (asked & has_orphan) {
    self->attention.fetch_and(~has_orphan, std::memory_order_relaxed);
    control* c = this_thread.current;
    if (!c->orphan) return;
    c->orphan = false;
    if (!(c->shared.fetch_or(shared_queued, std::memory_order_relaxed) & shared_queued)) hand_to_owner(c);
    // Not reaped in this switch: it has to be suspended first. The next one attends to it.
    return;
  }
  if (asked & has_dropped) reap();
  if (asked & has_call) serve_calls();
}

}  // namespace coir::detail
