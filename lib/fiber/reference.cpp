// Handle counts biased to the owner's thread: Choi, Shull and Torrellas, "Biased reference counting"
// (PACT 2018). The owner counts without atomics in `local`, everybody else in `shared`; either may be
// drained by the other's drops, only the sum counts. Only the owner decides that a fiber has no handle
// left, so only the owner ever unwinds it.
#include "reference.hpp"

#include <cstdio>
#include <utility>

#include <coir/base/unhandled.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/fiber_exit.hpp>

#include "control_pool.hpp"
#include "message.hpp"
#include "stack.hpp"
#include "switch.hpp"

namespace coir::detail {
namespace {

std::int32_t count_of(std::int32_t shared) noexcept { return shared >> 2; }

bool is_unreferenced(const control* c) noexcept {
  return c->local == 0 && count_of(c->shared.load(std::memory_order_acquire)) == 0;
}

// A dead fiber that nobody refers to; then its parents, for as long as that was their last handle. A loop,
// for chains may be long.
void free_block(control* c) noexcept {
  for (;;) {
    control* parent = c->parent.control_;
    const bool foreign = c->home.load(std::memory_order_relaxed) != this_thread.self;
    give_control(c);
    if (!parent) return;
    if (foreign || parent->local != 1 || parent->state != fiber_state::dead || parent->work ||
        parent->home.load(std::memory_order_relaxed) != this_thread.self ||
        parent->shared.load(std::memory_order_acquire) != 0)
      return release(parent);
    parent->local = 0;
    c = parent;
  }
}

// Raises fiber_exit in a suspended fiber; its end comes back here, for the dropper stands in as its parent.
void kill(control* c) noexcept {
  control* self = this_thread.current;
  const fiber_handle before = std::exchange(c->parent, fiber_handle{self});
  retain(self);
  c->being_killed = true;
  // The block is alive while its body unwinds: handles made and dropped there must not kill it again.
  c->shared.fetch_and(~shared_merged, std::memory_order_relaxed);
  c->local = 1;
  const type_tag* const expected = std::exchange(self->expects, discards);
  try {
    std::exception_ptr exit = std::make_exception_ptr(fiber_exit());
    self->resumable = this_thread.self;
    c->resumable = nullptr;
    this_thread.thrown = &exit;
    annotated_change(self, c, nullptr);
    control* finished = settle();
    if (finished && finished != c) recycle(finished);
  } catch (...) {
    const std::string origin = describe(c) + " while it was unwound";
    report_unhandled({std::current_exception(), origin, {}});
  }
  self->expects = expected;
  if (c->parent.control_ == self) {
    c->parent = before;
    release(self);
  } else if (before.control_) {
    release(before.control_);
  }
  c->being_killed = false;
  if (c->state == fiber_state::dead) {
    c->local -= 1;
    if (c->local == 0) c->shared.fetch_or(shared_merged, std::memory_order_acq_rel);
    if (c->work)
      recycle(c);
    else if (is_unreferenced(c))
      free_block(c);
    return;
  }
  c->local -= 1;
  if (c->local != 0) return;  // it stored a handle to itself: resurrected
  if (count_of(c->shared.fetch_or(shared_merged, std::memory_order_acq_rel)) != 0) return;
  std::fprintf(stderr, "coir: %s swallowed fiber_exit after its last handle was dropped; its stack stays in use\n",
               describe(c).c_str());
}

// Its owner has found that no handle refers to `c`.
void unreferenced(control* c) noexcept {
  switch (c->state) {
    case fiber_state::unstarted:
      end_unstarted(c);
      if (is_unreferenced(c)) free_block(c);
      return;
    case fiber_state::dead:
      if (!c->work) free_block(c);  // else recycle() is on its way
      return;
    case fiber_state::parked:
      c->orphan = true;  // what it waits for resumes it first
      return;
    case fiber_state::live:
      if (c == this_thread.current) {
        c->orphan = true;
        this_thread.self->attention.fetch_or(has_orphan, std::memory_order_relaxed);
      } else if (c->resumable) {
        kill(c);
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
  free_block(c);
}

// The owner takes all of `shared` over into `local`.
void absorb(control* c) noexcept {
  c->local += static_cast<std::uint32_t>(count_of(c->shared.exchange(0, std::memory_order_acq_rel)));
  if (c->local == 0 && count_of(c->shared.fetch_or(shared_merged, std::memory_order_acq_rel)) == 0) unreferenced(c);
}

}  // namespace

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

void recycle(control* c) noexcept {
  c->work->operations->destroy(*c->work);
  c->work = nullptr;
  annotate_end(c);
  give_stack(std::exchange(c->stack, {}));
  c->context = nullptr;
  if (is_unreferenced(c) && !c->being_killed) free_block(c);
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
    c->orphan = false;
    if (!(c->shared.fetch_or(shared_queued, std::memory_order_relaxed) & shared_queued)) hand_to_owner(c);
    // Not reaped in this switch: it has to be suspended first. The next one attends to it.
    return;
  }
  if (asked & has_dropped) reap();
}

void abandon_thread(owner* self) noexcept {
  reap();
  for_each_control(self, [](control& c) {
    if (c.state == fiber_state::unstarted && c.work) end_unstarted(&c);
    if (c.state == fiber_state::live && c.resumable) {
      // A handle of the loop's own: unwinding may drop the last one.
      retain(&c);
      kill(&c);
      release(&c);
    }
  });
  for_each_control(self, [](control& c) {
    if (c.is_thread) {
      c.state = fiber_state::dead;
      annotate_end(&c);
    }
    const auto local = static_cast<std::int32_t>(std::exchange(c.local, 0));
    const std::int32_t before =
        c.shared.fetch_add(local * shared_one, std::memory_order_acq_rel) & ~shared_merged;
    c.shared.fetch_or(shared_merged, std::memory_order_acq_rel);
    c.home.store(nullptr, std::memory_order_release);
    if (!(before & shared_queued) && count_of(before) + local == 0 && !c.work) free_block(&c);
  });
  this_thread.self = &nobody;
  control* list = self->dropped.exchange(closed_list(), std::memory_order_acq_rel);
  while (list) {
    control* c = std::exchange(list, list->next);
    c->shared.fetch_and(~shared_queued, std::memory_order_relaxed);
    if (count_of(c->shared.load(std::memory_order_acquire)) == 0 && !c->work) free_block(c);
  }
}

}  // namespace coir::detail
