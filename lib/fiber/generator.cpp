// Generators: the steps and yields that are not ordinary.
#include <stdexcept>
#include <string>

#include <coir/fiber/bad_switch.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/detail/generator_step.hpp>
#include <coir/fiber/fiber_exit.hpp>

#include "message.hpp"
#include "reference.hpp"

namespace coir::detail {
namespace {

generator_body& body_of(const control* c) noexcept { return static_cast<generator_body&>(*c->work); }

std::string generator_of(const control* c) { return "the generator of " + describe(c); }

// First of all checks, since of another thread's fiber nothing else may be looked at.
void check_thread(const control* c) {
  const control* self = enter_thread();
  if (c->home.load(std::memory_order_relaxed) != this_thread.self)
    throw bad_switch(generator_of(c) + " belongs to " + thread_of(c) + ", this is " + thread_of(self));
}

// Suspended in a switch that `sent` is to end; one that takes anything was not made by a generator.
bool is_waiting(const control* c, const type_tag* sent) noexcept {
  return is_suspended(c, this_thread.self) && c->expects != discards && accepts(c->expects, sent);
}

bool descends_from(const control* c, const control* ancestor) noexcept {
  while (c && c != ancestor) c = c->parent.control_;
  return c != nullptr;
}

// The yield that a generator waits in.
struct waiting_yield {
  control* fiber;  // nullptr: it waits in none
  const type_tag* expects;
};

waiting_yield find_yield(control* c, const step_tags& tags) noexcept {
  if (const inside_yield* inside = body_of(c).inside) return {inside->fiber, tags.sent_inside};
  return {is_waiting(c, tags.sent) ? c : nullptr, tags.sent};
}

// A fiber that is being unwound meets its exit again in whatever it switches to; to close a generator is
// a part of its cleanup, and no way out.
class closing {
 public:
  explicit closing(control* closer) noexcept : closer_(closer), was_killed_(closer->being_killed) {
    closer->being_killed = false;
  }
  closing(const closing&) = delete;
  closing& operator=(const closing&) = delete;
  ~closing() { closer_->being_killed = was_killed_; }

 private:
  control* closer_;
  bool was_killed_;
};

waiting_yield require_yield(control* c, const step_tags& tags) {
  const waiting_yield at = find_yield(c, tags);
  if (!at.fiber) throw std::logic_error(generator_of(c) + " is already running");
  return at;
}

}  // namespace

void* take_address_with_care(incoming in) {
  const recycle_guard guard{in.rest.finished()};
  if (in.rest.is_traced()) tell_tracer(in.rest);
  return in.value;
}

void become_stepper(control* c) {
  control* self = this_thread.current;
  if (c->parent.control_ == self) return;
  if (descends_from(self, c))
    throw std::logic_error(generator_of(c) + " cannot be stepped by " + describe(self) +
                           ", which descends from it: the chain of parents would be a cycle");
  set_parent(c, self);
}

void* step_with_care(control* c, const step_tags& tags, void* value, step_kind kind) {
  if (has_ended(c)) return nullptr;
  check_thread(c);
  if (c->state == fiber_state::unstarted) {
    if (kind == step_kind::send)
      throw std::logic_error(generator_of(c) + " has no yield that waits for a value: next() starts it");
    become_stepper(c);
    return take_address(switch_with_care(c, tag_of<void>(), nullptr, tags.yielded));
  }
  const waiting_yield at = require_yield(c, tags);
  if (kind == step_kind::start)
    throw std::logic_error(generator_of(c) + " waits for a value that next() cannot make: send() one");
  become_stepper(c);
  return take_address(switch_with_care(at.fiber, at.expects, value, tags.yielded));
}

void* yield_with_care(control* c, const step_tags& tags, void* value) {
  check_thread(c);
  control* self = this_thread.current;
  control* stepper = c->parent.control_;
  if (self == c) {
    // Whoever unwinds it takes anything, and says so if it goes on all the same.
    if (!c->being_killed && !is_waiting(stepper, tags.yielded))
      throw std::logic_error(generator_of(c) + " yields a value, but nobody steps it");
    return take_address(switch_with_care(stepper, tags.yielded, value, tags.sent));
  }
  if (!descends_from(self, c) || find_yield(c, tags).fiber || !is_waiting(stepper, tags.yielded))
    throw std::logic_error(describe(self) + " yields for " + generator_of(c) + ", but does not run inside of it");
  // Undone by whichever ends first, this yield or the generator.
  struct entry : inside_yield {
    ~entry() {
      if (generator) generator->inside = nullptr;
    }
  } here{{&body_of(c), self}};
  here.generator->inside = &here;
  return take_address(switch_with_care(stepper, tags.yielded, value, tags.sent_inside));
}

void* step_by_error(control* c, const step_tags& tags, std::exception_ptr error) {
  if (!error) throw std::invalid_argument("generator::throw_to: the exception_ptr is null");
  if (!has_ended(c)) {
    check_thread(c);
    if (c->state != fiber_state::unstarted) {
      const waiting_yield at = require_yield(c, tags);
      become_stepper(c);
      return take_address(switch_throw(at.fiber, std::move(error), tags.yielded));
    }
    end_unstarted(c);
  }
  try {
    std::rethrow_exception(std::move(error));
  } catch (const fiber_exit&) {
    return nullptr;
  }
}

void close_generator(control* c, const step_tags& tags) {
  if (has_ended(c)) return;
  check_thread(c);
  if (c->state == fiber_state::unstarted) return end_unstarted(c);
  require_yield(c, tags);
  become_stepper(c);
  const closing allowed(this_thread.current);
  // Raised in the body, also when the yield is one inside: there it would end no more than the inner body.
  if (take_address(switch_exit(c, tags.yielded)))
    throw std::logic_error(generator_of(c) + " was closed, and has yielded all the same");
}

}  // namespace coir::detail
