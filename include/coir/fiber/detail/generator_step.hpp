// <coir/fiber/detail/generator_step.hpp> - a step of a generator: there by next(), and back by a yield
//
// What travels is the address of a value on its sender's stack, so that a step costs two switches and no
// move. The way back is the fiber's parent: whoever steps a generator becomes that.
#pragma once

#include <exception>

#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/detail/switch.hpp>
#include <coir/fiber/detail/type_tag.hpp>

namespace coir::detail {

// Whose address travels.
template <class Out>
struct yielded {};  // to whoever steps: of what was yielded; null: the body has ended
template <class In>
struct sent {};  // to a yield: of what was sent
template <class In>
struct sent_inside {};  // the same, to a yield that was made on a fiber inside of the generator's

struct step_tags {
  const type_tag* yielded;
  const type_tag* sent;
  const type_tag* sent_inside;
};
template <class Out, class In>
inline constexpr step_tags tags_of{tag_of<yielded<Out>>(), tag_of<sent<In>>(), tag_of<sent_inside<In>>()};

// A yield made on a fiber inside of the generator's: that one is where the next step goes.
struct inside_yield;

struct generator_body : body {
  inside_yield* inside = nullptr;
};

struct inside_yield {
  generator_body* generator;  // nullptr: it has ended meanwhile
  control* fiber;
};

// Each of them for every case that the inline code below leaves out, and for every step in sanitizer builds.
// They return the address that came back.
enum class step_kind {
  start,  // has no value to send
  next,
  send,  // has one for a yield that waits, and so not for a generator that has not started
};
COIR_API void* step_with_care(control* c, const step_tags& tags, void* value, step_kind kind);
COIR_API void* yield_with_care(control* c, const step_tags& tags, void* value);

// Raises `error` where the generator waits; at the caller, when it waits nowhere.
COIR_API void* step_by_error(control* c, const step_tags& tags, std::exception_ptr error);

// Raises fiber_exit there.
COIR_API void close_generator(control* c, const step_tags& tags);

// Makes the current fiber the one that the generator's next value, and its end, go to.
COIR_API void become_stepper(control* c);

// Whether it was ended, or never had a body.
[[nodiscard]] inline bool has_ended(const control* c) noexcept { return !c || c->state == fiber_state::dead; }

// The address that came along with a switch.
COIR_API void* take_address_with_care(incoming in);
[[gnu::always_inline]] inline void* take_address(incoming in) {
  if (in.rest) [[unlikely]]
    return take_address_with_care(in);
  return in.value;
}

[[nodiscard, gnu::always_inline]] inline bool waits_for_step(control* c, owner* here, const type_tag* sent) noexcept {
  return is_suspended(c, here) && c->expects == sent && here->attention.load(std::memory_order_relaxed) == 0 &&
         !is_special();
}

// Goes on with the generator on fiber `c` until its next yield, whose value's address this is; null: it has
// ended.
template <class Out, class In>
[[gnu::always_inline]] inline void* step(control* c, void* value, step_kind kind) {
  constexpr const step_tags& tags = tags_of<Out, In>;
  owner* here = this_thread.self;
  if (!c || !waits_for_step(c, here, tags.sent)) [[unlikely]]
    return step_with_care(c, tags, value, kind);
  if (c->parent.control_ != this_thread.current) [[unlikely]]
    become_stepper(c);
  return take_address(switch_checked(c, value, tags.yielded));
}

// Hands `value` to whoever steps the generator on fiber `c`; the address of what is sent in return.
template <class Out, class In>
[[gnu::always_inline]] inline void* yield_address(control* c, void* value) {
  constexpr const step_tags& tags = tags_of<Out, In>;
  owner* here = this_thread.self;
  control* stepper = c->parent.control_;
  if (this_thread.current != c || !waits_for_step(stepper, here, tags.yielded)) [[unlikely]]
    return yield_with_care(c, tags, value);
  return take_address(switch_checked(stepper, value, tags.sent));
}

}  // namespace coir::detail
