// Switching: which fiber a switch reaches, and what it hands over.
#include "switch.hpp"

#include <stdexcept>

#include <coir/fiber/bad_switch.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/fiber_exit.hpp>

#include "errand.hpp"
#include "message.hpp"
#include "reference.hpp"
#include "tracer.hpp"
#include "unwind.hpp"

namespace coir::detail {
namespace {

// What goes along with a switch.
struct load {
  const type_tag* type;      // of the value
  void* value;
  std::exception_ptr error;  // raised in the target instead, when not null
  bool is_exit = false;      // the error is known to be a fiber_exit
};

const load no_value{tag_of<void>(), nullptr, nullptr};

// Whether what is thrown is an order to leave, which means nothing to those who do not run.
bool is_exit(const load& cargo) {
  if (!cargo.error || cargo.is_exit) return cargo.is_exit;
  try {
    std::rethrow_exception(cargo.error);
  } catch (const fiber_exit&) {
    return true;
  } catch (...) {
    return false;
  }
}

// First of all checks, since of another thread's fiber nothing else may be looked at.
void check_thread(const control* self, const control* target) {
  if (target->home.load(std::memory_order_relaxed) != this_thread.self)
    throw bad_switch(refusal(self, target) + "it belongs to " + thread_of(target) + ", this is " + thread_of(self));
}

void check_parked(const control* self, const control* target) {
  if (is_scheduled(target))
    throw bad_switch(refusal(self, target) + "it waits for " + waits_for(target) +
                     ", and only that resumes it");
}

void check_type(const control* self, const control* target, const type_tag* sent) {
  if (accepts(target->expects, sent)) return;
  throw bad_switch(refusal(self, target) + "it expects " + name_of(target->expects) + " and was sent " +
                   name_of(sent));
}

// The switch is in order: suspends self and hands `cargo` over to `target`.
incoming hand_over(control* self, control* target, const type_tag* expects, load& cargo) {
  if (target->state == fiber_state::unstarted) prepare_start(target);
  self->expects = expects;
  suspend(self);
  target->state = fiber_state::running;
  announce(nullptr, cargo.error);
  return settle(change_with_care(self, target, cargo.value));
}

// A switch that comes out at the fiber that makes it.
incoming come_back(control* self, const type_tag* expects, load& cargo) {
  if (cargo.error) std::rethrow_exception(cargo.error);
  if (!accepts(expects, cargo.type))
    throw bad_switch(refusal(self, self) + "it expects " + name_of(expects) + " and was sent " + name_of(cargo.type));
  return {cargo.value, {}};
}

// Finds who is really reached, starting from `target`, and hands over.
[[gnu::noinline, gnu::cold]] incoming route(control* target, const type_tag* expects, load cargo) {
  control* self = enter_thread();
  attend();
  if (self->being_killed && meets_exit_again(self)) throw fiber_exit();
  if (!target) throw bad_switch("switch from " + describe(self) + " to an empty coir::fiber");
  for (control* reached = target;;) {
    check_thread(self, reached);
    if (reached->state == fiber_state::dead) {
      control* next = living(reached->parent.control_);
      if (!next) throw bad_switch(refusal(self, target) + "it has ended and has no living ancestor");
      if (is_exit(cargo)) cargo = no_value;
      reached = next;
      continue;
    }
    check_parked(self, reached);
    if (reached == self) return come_back(self, expects, cargo);
    if (!cargo.error) {
      check_type(self, reached, cargo.type);
    } else if (reached->state == fiber_state::unstarted) {
      end_unstarted(reached);
      if (!living(reached->parent.control_)) throw bad_switch(refusal(self, target) + "it has no living ancestor");
      continue;
    }
    return hand_over(self, reached, expects, cargo);
  }
}

}  // namespace

owner nobody;

#if COIR_NATIVE_SWITCH
inline namespace switch_native {
#else
inline namespace switch_boost {
#endif
constinit thread_local thread_state this_thread{&nobody, nullptr, nullptr, nullptr, 0, nullptr, nullptr, nullptr};
}

incoming switch_with_care(control* target, const type_tag* sent, void* value, const type_tag* expects) {
  return route(target, expects, {sent, value, nullptr});
}

incoming switch_throw(control* target, std::exception_ptr error, const type_tag* expects) {
  if (!error) throw std::invalid_argument("throw_to: the exception_ptr is null");
  return route(target, expects, {tag_of<void>(), nullptr, std::move(error)});
}

incoming switch_exit(control* target, const type_tag* expects) {
  return route(target, expects, {tag_of<void>(), nullptr, std::make_exception_ptr(fiber_exit()), true});
}

incoming settle_with_care(void* value) {
  std::uint32_t brought = 0;
  while ((brought = std::exchange(this_thread.arriving, 0)) & brings_errand) value = run_errand();
  const aftermath rest(brought & brings_end ? this_thread.finished : nullptr, brought & brings_trace);
  if (!(brought & brings_error)) return {value, rest};
  const std::exception_ptr error = std::move(*this_thread.thrown);
  const recycle_guard guard{rest.finished()};
  if (rest.is_traced()) tell_tracer(trace_event::throw_to, rest);
  std::rethrow_exception(error);
}

void arguments_taken() {
  if (this_thread.arriving == 0) [[likely]]
    return;
  const aftermath rest = settle_with_care(nullptr).rest;
  const recycle_guard guard{rest.finished()};
  if (rest.is_traced()) tell_tracer(rest);
}

control* resume_with_care(control* next) {
  control* self = this_thread.current;
  change_with_care(self, next, nullptr);
  if (self->orphan) this_thread.self->attention.fetch_or(has_orphan, std::memory_order_relaxed);
  return settle(nullptr).rest.finished();
}

control* living(control* c) noexcept {
  while (c && c->state == fiber_state::dead) c = c->parent.control_;
  return c;
}

}  // namespace coir::detail
