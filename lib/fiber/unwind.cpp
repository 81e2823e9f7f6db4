#include "unwind.hpp"

#include <cstdio>
#include <utility>

#include <coir/base/unhandled.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/fiber_exit.hpp>

#include "control_pool.hpp"
#include "message.hpp"
#include "particulars.hpp"
#include "reference.hpp"
#include "switch.hpp"
#include "tracer.hpp"

namespace coir {
namespace detail {
namespace {

// A loop with a catch-all around each of its steps gets to its end, one around for (;;) does not for ever.
constexpr unsigned most_refusals = 100;

// While it is unwound its killer has a handle to it; whether there is another one.
bool is_resurrected(const control* c) noexcept {
  return !c->must_end && (c->local > 1 || count_of(c->shared.load(std::memory_order_acquire)) != 0);
}

// Runs `c` until somebody switches back here: with fiber_exit, or with nothing while it is unwinding, for
// what is raised then ends the process.
void step(control* self, control* c) {
  std::exception_ptr exit = !c->unwinding ? std::make_exception_ptr(fiber_exit()) : nullptr;
  suspend(self);
  c->state = fiber_state::running;
  announce(nullptr, exit);
  const aftermath rest = settle(change_with_care(self, c, nullptr)).rest;
  const recycle_guard guard{rest.finished() == c ? nullptr : rest.finished()};
  if (rest.is_traced()) tell_tracer(rest);
}

bool can_go_on(const control* c) noexcept {
  return c->state == fiber_state::suspended && (!c->unwinding || accepts(c->expects, tag_of<void>()));
}

}  // namespace

void kill(control* c, unwind_reason reason) noexcept {
  control* self = this_thread.current;
  owner* home = this_thread.self;
  control* const before = c->parent.control_;
  if (before) ++before->children;  // pinned, to be given back
  set_parent(c, self);
  c->being_killed = true;
  c->must_end = reason == unwind_reason::thread_ends;
  if (c->own) c->own->refusals = 0;
  const bool outermost = !(home->attention.fetch_or(is_killing, std::memory_order_relaxed) & is_killing);
  const bool inner = self->kills;
  self->kills = true;
  // A handle of our own, for those that the body makes and drops while it unwinds must not kill it again.
  retain(c);
  const type_tag* const expected = std::exchange(self->expects, discards);
  for (unsigned raised = 0; raised < most_refusals && can_go_on(c);) {
    // One that switches here while it unwinds has refused nothing.
    if (!c->unwinding) ++raised;
    try {
      step(self, c);
    } catch (...) {
      const std::string origin = describe(c) + " while it was unwound";
      report_unhandled({std::current_exception(), origin, {}});
    }
    if (is_resurrected(c) || (c->own && c->own->refusals >= most_refusals)) break;
  }
  self->expects = expected;
  self->kills = inner;
  if (!inner && self->orphan) home->attention.fetch_or(has_orphan, std::memory_order_relaxed);
  if (outermost) home->attention.fetch_and(~is_killing, std::memory_order_relaxed);
  if (c->parent.control_ == self) set_parent(c, before);
  if (before) unpin(before);
  c->being_killed = c->must_end = false;
  if (c->state == fiber_state::dead) {
    if (c->work) recycle(c);
    release(c);
    return;
  }
  const bool alone = --c->local == 0 && count_of(c->shared.fetch_or(shared_merged, std::memory_order_acq_rel)) == 0;
  if (is_scheduled(c)) {
    c->orphan = alone;  // it waits for something on its way out, and ends after that
    return;
  }
  if (!alone && reason == unwind_reason::dropped) return;
  std::fprintf(stderr, "coir: %s refuses to end: it has swallowed coir::fiber_exit; its stack stays in use\n",
               describe(c).c_str());
}

bool meets_exit_again(control* self) {
  // In a handler it is not swallowed yet, and may have to switch to clean up.
  if (has_exceptions() || is_resurrected(self)) return false;
  particulars& own = particulars_of(*self);
  if (own.refusals >= most_refusals) return false;
  ++own.refusals;
  return true;
}

std::size_t unwind_thread(unwind_reason reason) noexcept {
  std::size_t unwound = 0;
  // What is unwound may leave others behind, in blocks that were passed.
  for (std::size_t found = 1; found != 0;) {
    found = 0;
    for_each_control(this_thread.self, [&](control& c) {
      if (c.state != fiber_state::suspended || c.is_thread || c.kills) return;
      kill(&c, reason);
      if (c.state == fiber_state::suspended) return;
      ++found;
    });
    unwound += found;
  }
  return unwound;
}

}  // namespace detail

std::size_t unwind_all() {
  detail::enter_thread();
  detail::reap();
  return detail::unwind_thread(detail::unwind_reason::thread_ends);
}

}  // namespace coir
