#include <coir/fiber/fiber.hpp>

#include <cstring>
#include <stdexcept>

#include <coir/fiber/detail/access.hpp>

#include "message.hpp"
#include "reference.hpp"

namespace coir {

fiber_exit::fiber_exit() noexcept = default;
fiber_exit::fiber_exit(const fiber_exit&) noexcept = default;
fiber_exit& fiber_exit::operator=(const fiber_exit&) noexcept = default;
fiber_exit::~fiber_exit() = default;
bad_switch::~bad_switch() = default;

void fiber::set_parent(const fiber& parent) const {
  using detail::describe;
  if (!control_) throw std::invalid_argument("set_parent on an empty coir::fiber");
  if (!parent.control_) throw std::invalid_argument("set_parent: the parent of " + describe(control_) + " cannot be empty");
  if (control_->is_thread) throw std::logic_error(describe(control_) + " has no parent, and cannot have one");
  if (!control_->parent.control_)
    throw std::logic_error(describe(control_) + " is a task's: its end goes to who joins the task, not to a parent");
  const auto* home = control_->home.load(std::memory_order_relaxed);
  if (home != detail::this_thread.self || home != parent.control_->home.load(std::memory_order_relaxed))
    throw std::logic_error("set_parent: " + describe(control_) + " belongs to " + thread_of(control_) + ", its new parent " +
                           describe(parent.control_) + " to " + thread_of(parent.control_) + ", this is thread " +
                           std::to_string(detail::this_thread.self->thread_id));
  for (const detail::control* c = parent.control_; c; c = c->parent.control_)
    if (c == control_)
      throw std::invalid_argument("set_parent: " + describe(parent.control_) + " descends from " + describe(control_) +
                                  ": the chain of parents would be a cycle");
  detail::set_parent(control_, parent.control_);
}

std::string_view fiber::name() const noexcept {
  return control_ && control_->name ? std::string_view(control_->name) : std::string_view();
}

void fiber::set_name(std::string_view name) const {
  if (!control_) throw std::invalid_argument("set_name on an empty coir::fiber");
  detail::rename(control_, name.empty() ? nullptr : ::strndup(name.data(), name.size()));
}

std::string to_string(const fiber& f) { return detail::describe(detail::fiber_access::control_of(f)); }

}  // namespace coir
