#include <coir/fiber/detail/context_state.hpp>

#include <algorithm>
#include <atomic>

#include <coir/fiber/detail/switch.hpp>

#include "particulars.hpp"

namespace coir::detail {
namespace {

auto place_of(const context_state::entries& values, std::uint64_t variable) noexcept {
  return std::lower_bound(values.begin(), values.end(), variable,
                          [](const auto& entry, std::uint64_t v) { return entry.first < v; });
}

// Whose context the current fiber sees.
control* context_owner(control* c) noexcept {
  while (c->borrows && !(c->own && c->own->context)) c = c->parent.control_;
  return c;
}

}  // namespace

const std::shared_ptr<context_state>& current_context() {
  auto& mine = particulars_of(*context_owner(enter_thread())).context;
  if (!mine) mine = std::make_shared<context_state>();
  return mine;
}

std::shared_ptr<context_state> exchange_context(std::shared_ptr<context_state> state) {
  return std::exchange(particulars_of(*enter_thread()).context, std::move(state));
}

void inherit_context(control& c) {
  const particulars* own = context_owner(this_thread.current)->own;
  if (own && own->context && own->context->values)
    particulars_of(c).context = std::make_shared<context_state>(*own->context);
}

std::uint64_t new_variable() noexcept {
  static constinit std::atomic<std::uint64_t> numbers{0};
  return ++numbers;
}

const void* find_value(std::uint64_t variable) noexcept {
  if (!this_thread.current) return nullptr;
  const particulars* own = context_owner(this_thread.current)->own;
  return own && own->context ? find_value(*own->context, variable) : nullptr;
}

const void* find_value(const context_state& state, std::uint64_t variable) noexcept {
  if (!state.values) return nullptr;
  const auto at = place_of(*state.values, variable);
  return at != state.values->end() && at->first == variable ? at->second.get() : nullptr;
}

context_value assign_value(context_state& state, std::uint64_t variable, context_value value) {
  auto values = state.values ? std::make_shared<context_state::entries>(*state.values)
                             : std::make_shared<context_state::entries>();
  auto at = values->begin() + (place_of(*values, variable) - values->cbegin());
  context_value before;
  if (at != values->end() && at->first == variable) {
    before = std::exchange(at->second, std::move(value));
    if (!at->second) values->erase(at);
  } else if (value) {
    values->emplace(at, variable, std::move(value));
  }
  state.values = std::move(values);
  return before;
}

}  // namespace coir::detail
