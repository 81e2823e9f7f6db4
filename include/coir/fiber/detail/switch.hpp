// <coir/fiber/detail/switch.hpp> - the switch itself, inline
//
// It has to be inline: a routine that was called on one stack and returns on another meets a return
// predictor that expects something else, which costs 10 ns, twice the jump (doc/design/fiber.md).
#pragma once

#include <coir/fiber/detail/control.hpp>
#if COIR_NATIVE_SWITCH && defined(__x86_64__)
#include <coir/fiber/detail/native_x86_64.hpp>
#elif COIR_NATIVE_SWITCH
#include <coir/fiber/detail/native_aarch64.hpp>
#endif

namespace coir::detail {

// The seam to the machine: cross() saves the running context of `from` and goes on with that of `to`. It
// returns when somebody goes on with `from`, with the value that came along. A backend gives it, and
// make_context() in lib/fiber/context.hpp; nothing above knows which one it is. The library and whoever
// includes its headers must agree on it: meson and pkg-config pass it along, and a program that was built
// otherwise does not link, for the backend is part of this_thread's name.
#if COIR_NATIVE_SWITCH

[[gnu::always_inline]] inline void* cross(control* from, control* to, void* value) noexcept {
  return cross_contexts(from->context, to->context, value);
}

#else

// What arrives with a jump: the context of whoever jumped, to be stored before it can be resumed.
struct arrival {
  void* from;
  void* value;
};

// Boost.Context's jump_fcontext (lib/fiber/boost_context.cpp). A pointer, so that a call goes straight
// there: a wrapper would cost a return, a PLT entry two jumps.
using jump_function = arrival (*)(void* to, void* value) noexcept;
extern COIR_API const jump_function jump;

[[gnu::always_inline]] inline void* cross(control* from, control* to, void* value) noexcept {
  const arrival a = jump(to->context.sp, value);
  from->previous->context.sp = a.from;
  return a.value;
}

#endif

// The thread's own fiber, made on first use.
COIR_API control* enter_thread();

// The switch for every case that the inline one leaves out, and for every switch in sanitizer builds.
COIR_API incoming switch_with_care(control* target, const type_tag* sent, void* value, const type_tag* expects);
COIR_API incoming switch_throw(control* target, std::exception_ptr error, const type_tag* expects);
COIR_API incoming switch_exit(control* target, const type_tag* expects);

// Whether the current fiber has what others must not see: an exception being handled or in flight, a
// floating-point environment. It is put away by the long way, in the frame that waits there, and whoever
// arrives by the short one finds nothing of it; so only who leaves has to look.
[[nodiscard, gnu::always_inline]] inline bool is_special() noexcept {
  const exception_globals* seen = this_thread.watched;
  return (reinterpret_cast<std::uintptr_t>(seen->caught) | seen->uncaught) != 0;
}

// Whether `here`, the calling thread, may switch to it.
[[nodiscard, gnu::always_inline]] inline bool is_suspended(const control* c, const owner* here) noexcept {
  return c->home.load(std::memory_order_relaxed) == here && c->state == fiber_state::suspended;
}

// Suspends `from`, the current fiber, which is not special, and goes on with `to`, which has a context.
// Returns when somebody resumes `from`, with the value that came along.
[[gnu::always_inline]] inline void* change(control* from, control* to, void* value) noexcept {
  to->previous = from;
  this_thread.current = to;
  return cross(from, to, value);
}

// On arrival: one look for everything rare.
[[nodiscard, gnu::always_inline]] inline incoming settle(void* value) {
  if (this_thread.arriving) [[unlikely]]
    return settle_with_care(value);
  return {value, {}};
}

// Hands `value` over to `target`, which is suspended on this thread, and takes it; nothing special is going on.
[[gnu::always_inline]] inline incoming switch_checked(control* target, void* value, const type_tag* expects) {
  control* self = this_thread.current;
  self->expects = expects;
  self->state = fiber_state::suspended;
  target->state = fiber_state::running;
  return settle(change(self, target, value));
}

[[gnu::always_inline]] inline incoming switch_value(control* target, const type_tag* sent, void* value,
                                                    const type_tag* expects) {
  owner* here = this_thread.self;
  // Suspended on this thread, of the same type (by address), nothing special going on.
  if (!target || !is_suspended(target, here) || (target->expects != sent && target->expects != discards) ||
      here->attention.load(std::memory_order_relaxed) != 0 || is_special()) [[unlikely]]
    return switch_with_care(target, sent, value, expects);
  return switch_checked(target, value, expects);
}

}  // namespace coir::detail
