// What the running fiber has in its thread's places, and takes along when it leaves.
//
// A thread's C++ exception state follows its fibers, and so do the control words of its floating-point units
// where a fiber has its own. They wait with the fiber that waits, so that others pay nothing for them.
#pragma once

#include <utility>

#include <coir/fiber/detail/control.hpp>

#include "float_control.hpp"
#include "particulars.hpp"

namespace coir::detail {

// Whether an exception is being handled or in flight in the current fiber.
[[nodiscard]] inline bool has_exceptions() noexcept {
  return this_thread.exceptions->caught || this_thread.exceptions->uncaught;
}

[[nodiscard]] inline bool has_own_floats(const control* c) noexcept { return c->own && c->own->has_floats; }

// Puts the control words of `self`, which arrives, in force.
inline void enter_floats(control* self) noexcept {
  self->own->threads_floats = read_float_control();
  write_float_control(self->own->floats);
  this_thread.watched = &special_fiber;
}

// Puts the thread's in force again.
inline void leave_floats(control* self) noexcept {
  self->own->floats = read_float_control();
  write_float_control(self->own->threads_floats);
  this_thread.watched = this_thread.exceptions;
}

// Leaves the thread with nothing special. Returns the exceptions, to be kept in the frame that waits.
[[nodiscard]] inline exception_globals put_away(control* self) noexcept {
  if (has_own_floats(self)) [[unlikely]]
    leave_floats(self);
  const exception_globals exceptions = std::exchange(*this_thread.exceptions, {});
  self->unwinding = exceptions.uncaught != 0;
  return exceptions;
}

// On arrival.
inline void take_back(control* self, const exception_globals& exceptions) noexcept {
  *this_thread.exceptions = exceptions;
  self->unwinding = false;
  if (has_own_floats(self)) [[unlikely]]
    enter_floats(self);
}

}  // namespace coir::detail
