// <coir/sched/detail/scope.hpp> - a stretch of an activity that can be cancelled by itself
//
//   root <- outer <- innermost      each activity's scopes are a chain; it waits in the innermost
//     ^
//     '-- root of a task            that was spawned into a group: the group's scope lies around it
//
// A scope is in effect when it was cancelled, or one around it is that it is not shielded from. That is noted
// in each scope, so that a wait asks a single flag and opening one costs a few stores; to cancel is to walk
// the scopes inside (doc/design/task.md).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <coir/base/api.hpp>
#include <coir/base/detail/intrusive_list.hpp>
#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

struct activity;
struct scope_expiry;

// Why, and on whose word.
struct cancel_cause {
  std::string reason;
  std::string by;  // "task 'reader'"; empty: not known
};
using shared_cause = std::shared_ptr<const cancel_cause>;

struct scope {
  scope* outer = nullptr;        // nullptr: nothing is around it
  activity* owner = nullptr;     // whose chain it is in; nullptr: none, it is not open
  control* opened_on = nullptr;  // the fiber that opened it; nullptr: any
  unsigned uncaught = 0;         // exceptions in flight there then: while there are more, none is raised
  bool requested = false;        // it was cancelled; stays set
  bool in_effect = false;
  bool shielded = false;         // what is around it does not reach inside
  intrusive_list<activity>* members = nullptr;  // the tasks of a group, whose roots lie in this
  scope_expiry* expiry = nullptr;       // cancels it at a deadline; nullptr: none is set
  shared_cause cause;            // why it was requested

  scope() = default;
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;
};

// Whether destructors run in it because of an exception that is newer than `s`.
[[nodiscard]] inline bool is_unwinding(const scope& s) noexcept {
  const unsigned before = s.opened_on == this_thread.current ? s.uncaught : 0;
  return this_thread.exceptions->uncaught > before;
}

// Whether a `cancelled` that arrives at the edge of `s` is meant for it, and not for one around it.
[[nodiscard]] inline bool absorbs(const scope& s) noexcept {
  return s.requested && (s.shielded || !s.outer || !s.outer->in_effect);
}

// Of the scope that has cancelled what runs in `s`, which is in effect.
[[nodiscard]] COIR_API const scope& cancelled_by(const scope& s) noexcept;

}  // namespace coir::detail
