#include <coir/sched/detail/scope.hpp>

#include <utility>

#include <coir/sched/scheduler.hpp>

namespace coir::detail {
namespace {

// The activities that a cancellation is still to reach, first come, first served.
struct reach {
  activity* first = nullptr;
  activity** last = &first;

  void add(activity& a) noexcept {
    a.next = nullptr;
    *last = &a;
    last = &a.next;
  }
  activity* take() noexcept {
    activity* a = first;
    if (a && !(first = a->next)) last = &first;
    return a;
  }
};

// Of the chain from `a`'s innermost scope to `edge`: the innermost that no shield cuts off.
scope* innermost_reached(const activity& a, const scope& edge) noexcept {
  scope* reached = a.innermost;
  for (scope* s = a.innermost; s != &edge; s = s->outer)
    if (s->shielded) reached = s->outer;
  return reached;
}

// Whether it was cancelled, or one around it that no shield keeps off.
bool is_concerned(const scope& s) noexcept {
  const scope* around = &s;
  while (!around->requested && !around->shielded && around->outer) around = around->outer;
  return around->requested;
}

}  // namespace

const scope& cancelled_by(const scope& s) noexcept {
  const scope* by = &s;
  while (!by->requested && by->outer) by = by->outer;
  return *by;
}

}  // namespace coir::detail

namespace coir::lowlevel {

using detail::activity;
using detail::scope;

void scheduler::open(scope& s, activity& a) noexcept {
  s.owner = &a;
  s.outer = a.innermost;
  s.opened_on = detail::this_thread.current;
  s.uncaught = detail::this_thread.exceptions->uncaught;
  // A destructor's, which what is around it does not interrupt: it may have a time of its own all the same.
  if (s.uncaught != 0 && detail::is_unwinding(*a.innermost)) [[unlikely]]
    s.shielded = true;
  a.innermost = &s;
  if (s.requested || (s.outer->in_effect && !s.shielded)) put_in_effect(s);
}

bool scheduler::close(scope& s) noexcept {
  activity* owner = std::exchange(s.owner, nullptr);
  // The activity has ended and has left it open: a generator's, say, that goes on elsewhere.
  if (!owner) return false;
  scheduler& here = *detail::this_scheduler;
  if (std::exchange(s.in_effect, false)) --here.in_effect_;
  const bool in_order = owner == here.active_ && owner->innermost == &s && s.opened_on == detail::this_thread.current;
  scope** link = &owner->innermost;
  while (*link != &s) link = &(*link)->outer;
  *link = s.outer;
  // Those inside of one that has gone: what it was cancelled for, or a shield against, no longer concerns them.
  for (scope* in = owner->innermost; in != s.outer; in = in->outer) {
    if (detail::is_concerned(*in) == in->in_effect) continue;
    if (in->in_effect)
      here.forget_effect(*in);
    else
      here.put_in_effect(*in);
  }
  return in_order;
}

void scheduler::cancel_at(deadline at, deadline now, scope& s, detail::scope_expiry& t) noexcept {
  if (at <= now) return expire(s);
  s.expiry = &t;
  t.of = &s;
  timers_.insert(t, at, now, [](detail::timer& due) noexcept {
    detail::this_scheduler->expire(*static_cast<detail::scope_expiry&>(due).of);
  });
}

void scheduler::disarm(scope& s) noexcept {
  detail::scope_expiry* t = std::exchange(s.expiry, nullptr);
  if (t && t->queued) detail::this_scheduler->timers_.erase(*t);
}

void scheduler::expire(scope& s) noexcept {
  static const auto cause = std::make_shared<const detail::cancel_cause>(
      detail::cancel_cause{.reason = "its deadline has passed", .by = "a deadline"});
  cancel(s, cause);
}

void scheduler::end_scopes_slowly(activity& a) noexcept {
  for (scope* s = std::exchange(a.innermost, &a.root);; s = std::exchange(s->outer, nullptr)) {
    s->owner = nullptr;
    disarm(*s);
    if (std::exchange(s->in_effect, false)) --in_effect_;
    if (s == &a.root) return;
  }
}

bool scheduler::cancel(scope& s, detail::shared_cause cause) noexcept {
  if (std::exchange(s.requested, true)) return false;
  s.cause = std::move(cause);
  if (s.in_effect || (!s.owner && !s.members)) return true;
  detail::reach left;
  const auto reach_members = [&](scope& in) {
    if (in.members)
      in.members->for_each([&](activity& member) {
        if (!member.root.in_effect) left.add(member);
      });
  };
  const auto reach = [&](scope& in) {
    if (in.in_effect) return;
    put_in_effect(in);
    reach_members(in);
  };
  const auto reach_chain = [&](activity& a, const scope& edge) {
    for (scope* in = detail::innermost_reached(a, edge);; in = in->outer) {
      reach(*in);
      if (in == &edge) break;
    }
    if (a.is_cancelled()) wake(a.parked, wake_reason::cancelled);
  };
  if (s.owner) {
    reach_chain(*s.owner, s);
  } else {
    // A group without a body: nobody waits in it itself, so it does not count, and may outlive this scheduler.
    s.in_effect = true;
    reach_members(s);
  }
  while (activity* a = left.take()) reach_chain(*a, a->root);
  return true;
}

}  // namespace coir::lowlevel
