// A fiber's life: made, started, ended.
#include <new>
#include <stdexcept>
#include <string>

#include <cxxabi.h>

#include <coir/base/detail/fatal.hpp>
#include <coir/base/unhandled.hpp>
#include <coir/fiber/bad_switch.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/detail/make_body.hpp>
#include <coir/fiber/fiber_exit.hpp>

#include "control_pool.hpp"
#include "fork.hpp"
#include "message.hpp"
#include "particulars.hpp"
#include "reference.hpp"
#include "stack.hpp"
#include "switch.hpp"

namespace coir::detail {
namespace {

// Stack tops differ by cache lines, or parked fibers' hot frames would all fight for one set of the L1
// cache (PhotonLibOS measured 15.8 % L1D misses without). 16 lines cost at most a quarter of a page.
constexpr std::size_t cache_line = 64;
constexpr std::size_t colours = 16;

std::byte* coloured_top(const stack_ref& stack) noexcept {
  const auto index = reinterpret_cast<std::uintptr_t>(stack.base) / stack_shape::unit;
  return stack.top() - (index % colours) * cache_line;
}

// What a body left behind.
struct ending {
  const type_tag* type = tag_of<void>();
  void* value = nullptr;
  std::exception_ptr error;
};

// The catch blocks are left before the fiber goes: an exception may not be in the act of being handled
// on a stack that is given away. A forced unwinding has no exception object, and the reference that a handler
// binds is null by the C++ ABI, which UBSan would report.
__attribute__((no_sanitize("undefined"))) ending run_body(control* self, void* arguments) noexcept {
  ending end;
  try {
    end.type = self->work->operations->run(*self->work, arguments, end.value);
  } catch (const fiber_exit&) {
    // a normal end without a value
  } catch (const abi::__forced_unwind&) {
    // pthread_exit and pthread_cancel unwind to the thread's first frame, which is on another stack.
    fatal("end a thread in its own fiber: switch back there, and return",
          "pthread_exit, or the cancellation of a thread, in %s", describe(self).c_str());
  } catch (...) {
    end.error = std::current_exception();
  }
  return end;
}

// Turns the ending into the error that `receiver` gets, if it cannot take the value.
void fit(ending& end, const control* self, const control* receiver) {
  if (end.error || accepts(receiver->expects, end.type)) return;
  end.error = std::make_exception_ptr(bad_switch(describe(receiver) + " expects " + name_of(receiver->expects) + ", but " +
                                                 describe(self) + " ended with " + name_of(end.type)));
}

// Who receives the ending, ready to be jumped to.
control* find_receiver(control* self, ending& end) {
  for (control* c = living(self->parent.control_); c; c = living(c->parent.control_)) {
    if (is_scheduled(c)) {
      // Its parent waits for something else; whoever resumed this fiber must learn that it has ended.
      control* resumer = self->previous;
      if (resumer->state != fiber_state::suspended) break;
      end.error = std::make_exception_ptr(
          bad_switch(describe(self) + " ended, but its parent, " + describe(c) + ", waits for " + waits_for(c)));
      return resumer;
    }
    if (c->state == fiber_state::suspended) {
      fit(end, self, c);
      return c;
    }
    if (end.error) {
      end_unstarted(c);
      continue;
    }
    fit(end, self, c);
    if (end.error) continue;
    try {
      prepare_start(c);
      return c;
    } catch (...) {
      end.error = std::current_exception();
    }
  }
  fatal("keep the parent of a fiber alive and suspended until the fiber has ended",
        "%s ended and no ancestor can receive its end", describe(self).c_str());
}

// Inline, see leave().
[[noreturn, gnu::always_inline]] inline void end_fiber(control* self, ending& end) noexcept {
  if (has_forked(self))
    fatal("leave a forked child by _exit(2), or fork by coir::fork_child",
          "%s has forked, and in the child its body ended: who is to go on is in the other process", describe(self).c_str());
  if (auto* successor = self->work->operations->successor) {
    control* next = successor(*self->work, std::move(end.error));
    self->state = fiber_state::dead;
    this_thread.finished = self;
    this_thread.arriving = brings_end;
    leave(self, next, nullptr);
  }
  self->state = fiber_state::dead;
  if (self->being_killed && end.error) {
    const std::string origin = describe(self) + ", unwound because its last handle was dropped";
    report_unhandled({std::exchange(end.error, nullptr), origin, {}});
  }
  control* receiver = find_receiver(self, end);
  receiver->state = fiber_state::running;
  announce(self, end.error);
  leave(self, receiver, end.value);
}

}  // namespace

void start_fiber(void* arguments) {
  control* self = this_thread.current;
  annotate_arrival(self);
  if (has_own_floats(self)) enter_floats(self);
  ending end = run_body(self, arguments);
  if (self->own) drop_locals(*self);
  end_fiber(self, end);
}

void prepare_start(control* c) {
  if (!c->stack.base) take_stack(*c, c->stack.shape);
  auto* work = reinterpret_cast<std::byte*>(c->work);
  std::byte* top = work > c->stack.base && work < c->stack.top() ? work : coloured_top(c->stack);
  make_context(c->context, top, static_cast<std::size_t>(top - c->stack.base) - c->stack.guard());
  c->state = fiber_state::running;
  c->expects = discards;
  // Started by a child's end, after its last handle went: to be unwound when it is suspended.
  if (c->local == 0 && !c->work->operations->successor && is_unreferenced(c)) {
    c->orphan = true;
    this_thread.self->attention.fetch_or(has_orphan, std::memory_order_relaxed);
  }
  annotate_start(c);
}

control* allocate_fiber(const fiber_options& options, std::size_t size, std::size_t align, void*& place) {
  control* self = enter_thread();
  if (this_thread.self->attention.load(std::memory_order_relaxed) & has_dropped) [[unlikely]]
    reap();
  const stack_shape shape(options.stack_size);
  if (size + align > (shape.size() - shape.guard()) / 2 && shape.size() != 0)
    throw std::invalid_argument("a body of " + std::to_string(size) + " bytes needs a larger stack_size than " +
                                std::to_string(shape.size()));
  control* c = take_control();
  try {
    fit_out(*c, options.name, options.own_fp_env);
    take_stack(*c, shape);
  } catch (...) {
    give_control(c);
    throw;
  }
  c->local = 1;
  c->parent = {self};
  ++self->children;
  auto at = reinterpret_cast<std::uintptr_t>(coloured_top(c->stack)) - size;
  at &= ~(std::uintptr_t{align > cache_line ? align : cache_line} - 1);
  place = reinterpret_cast<void*>(at);
  return c;
}

void adopt_body(control* c, body* work) noexcept {
  c->work = work;
  c->expects = work->operations->parameters;
}

void abandon_fiber(control* c) noexcept {
  give_stack(c->stack);
  --c->parent.control_->children;
  give_control(c);
}

bool start_scheduled(control* c) noexcept {
  try {
    prepare_start(c);
    return true;
  } catch (...) {
    c->work->operations->refused(*c->work, std::current_exception());
    give_control(c);
    return false;
  }
}

control* make_scheduled(body& work, const fiber_options& options) {
  control* c = take_control();
  try {
    fit_out(*c, options.name, options.own_fp_env);
    if (this_thread.current->own || this_thread.current->borrows) [[unlikely]]
      inherit_context(*c);
  } catch (...) {
    give_control(c);
    throw;
  }
  c->work = &work;
  c->stack.shape = stack_shape(options.stack_size);
  c->shared.store(shared_merged, std::memory_order_relaxed);
  return c;
}

}  // namespace coir::detail
