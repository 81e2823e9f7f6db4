// Switching, as the library itself does it: with every case considered and every sanitizer told.
#pragma once

#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/detail/switch.hpp>

#include "annotations.hpp"
#include "belongings.hpp"
#include "context.hpp"

namespace coir::detail {

// Notes what goes along with the switch that follows: an end, an error if not null, the tracer's share.
inline void announce(control* finished, std::exception_ptr& error) noexcept {
  this_thread.finished = finished;
  this_thread.thrown = &error;
  const bool traced = this_thread.self->attention.load(std::memory_order_relaxed) & is_traced;
  this_thread.arriving = (error ? brings_error : 0) | (finished ? brings_end : 0) | (traced ? brings_trace : 0);
}

// From now on others may switch to the current fiber.
inline void suspend(control* self) noexcept { self->state = fiber_state::suspended; }

// change() by a `from` that may be special, and with the sanitizers told.
[[gnu::always_inline]] inline void* change_with_care(control* from, control* to, void* value) noexcept {
  const exception_globals exceptions = put_away(from);
  to->previous = from;
  this_thread.current = to;
  annotate_departure(from, to, false);
  void* got = cross(from, to, value);
  annotate_arrival(from);
  take_back(from, exceptions);
  return got;
}

// The same for a `from` that has ended. Inline, for no call that does not return may be on the way from a fiber's
// start to its end: the processor would expect its return and mispredict those of the fibers that go on.
[[noreturn, gnu::always_inline]] inline void leave(control* from, control* to, void* value) noexcept {
  if (is_special()) [[unlikely]]
    static_cast<void>(put_away(from));
  to->previous = from;
  this_thread.current = to;
  annotate_departure(from, to, true);
  cross(from, to, value);
  __builtin_unreachable();
}

// Gives an unstarted fiber a stack, if it has none yet, and a context at its top.
// Throws std::system_error when there is no memory; then nothing has changed.
void prepare_start(control* c);

// Where the end of `c` goes: its nearest ancestor that is not dead; nullptr: it has none.
[[nodiscard]] control* living(control* c) noexcept;

}  // namespace coir::detail
