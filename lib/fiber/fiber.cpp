#include <coir/fiber/fiber.hpp>

#include <memory>
#include <stdexcept>

#include <coir/fiber/detail/access.hpp>

#include "message.hpp"
#include "particulars.hpp"
#include "reference.hpp"

namespace coir {
namespace {

// Another thread's fiber may be looking at its context right now, unless it has ended.
void check_context_use(const detail::control* c, const char* caller) {
  if (!c) throw std::invalid_argument(std::string(caller) + " on an empty coir::fiber");
  if (c->state == detail::fiber_state::dead) return;
  if (c->home.load(std::memory_order_relaxed) != detail::this_thread.self)
    throw std::logic_error(std::string(caller) + ": " + detail::describe(c) + " belongs to " + detail::thread_of(c) +
                           ", and only that may look at its context");
}

}  // namespace

fiber_exit::fiber_exit() noexcept = default;
fiber_exit::fiber_exit(const fiber_exit&) noexcept = default;
fiber_exit& fiber_exit::operator=(const fiber_exit&) noexcept = default;
fiber_exit::~fiber_exit() = default;
bad_switch::~bad_switch() = default;

void fiber::set_parent(const fiber& parent) const {
  using detail::describe;
  if (!control_) throw std::invalid_argument("set_parent on an empty coir::fiber");
  if (!parent.control_) throw std::invalid_argument("set_parent: the parent of " + describe(control_) + " cannot be empty");
  // First, since of another thread's fiber nothing else may be looked at.
  const auto* home = control_->home.load(std::memory_order_relaxed);
  if (home != detail::this_thread.self || home != parent.control_->home.load(std::memory_order_relaxed))
    throw std::logic_error("set_parent: " + describe(control_) + " belongs to " + thread_of(control_) + ", its new parent " +
                           describe(parent.control_) + " to " + thread_of(parent.control_) + ", this is thread " +
                           std::to_string(detail::this_thread.self->thread_id));
  if (control_->is_thread) throw std::logic_error(describe(control_) + " has no parent, and cannot have one");
  if (!control_->parent.control_)
    throw std::logic_error(describe(control_) + " is a task's: its end goes to who joins the task, not to a parent");
  for (const detail::control* c = parent.control_; c; c = c->parent.control_)
    if (c == control_)
      throw std::invalid_argument("set_parent: " + describe(parent.control_) + " descends from " + describe(control_) +
                                  ": the chain of parents would be a cycle");
  detail::set_parent(control_, parent.control_);
}

std::string_view fiber::name() const noexcept {
  return control_ && control_->own ? std::string_view(control_->own->name) : std::string_view();
}

void fiber::set_name(std::string_view name) const {
  if (!control_) throw std::invalid_argument("set_name on an empty coir::fiber");
  detail::rename(*control_, name);
}

void* fiber::user_pointer() const noexcept { return control_ && control_->own ? control_->own->user : nullptr; }

void fiber::set_user_pointer(void* p) const {
  if (!control_) throw std::invalid_argument("set_user_pointer on an empty coir::fiber");
  detail::particulars_of(*control_).user = p;
}

coir::context fiber::context() const {
  check_context_use(control_, "context");
  auto& its = detail::particulars_of(*control_).context;
  if (!its) its = std::make_shared<detail::context_state>();
  return coir::context(its);
}

void fiber::set_context(const coir::context& c) const {
  check_context_use(control_, "set_context");
  detail::particulars_of(*control_).context = c.state_;
}

std::string to_string(const fiber& f) { return detail::describe(detail::fiber_access::control_of(f)); }

}  // namespace coir
