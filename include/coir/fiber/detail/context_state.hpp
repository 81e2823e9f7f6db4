// <coir/fiber/detail/context_state.hpp> - a set of context variables, without their types
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <coir/base/api.hpp>

namespace coir::detail {

struct control;

using context_value = std::shared_ptr<const void>;

struct context_state {
  // By the variable's number, sorted. Never changed in place, so that copies of a context share it.
  using entries = std::vector<std::pair<std::uint64_t, context_value>>;
  std::shared_ptr<const entries> values;
};

// The current fiber's, made when first asked for. Throws std::bad_alloc.
[[nodiscard]] COIR_API const std::shared_ptr<context_state>& current_context();

// Makes `state` the current fiber's own; returns the one before, or nullptr when there was none yet.
COIR_API std::shared_ptr<context_state> exchange_context(std::shared_ptr<context_state> state);

// A number for a context variable.
[[nodiscard]] COIR_API std::uint64_t new_variable() noexcept;

// The variable's value in the current fiber's context, or in `state`; nullptr: none.
[[nodiscard]] COIR_API const void* find_value(std::uint64_t variable) noexcept;
[[nodiscard]] COIR_API const void* find_value(const context_state& state, std::uint64_t variable) noexcept;

// Gives the variable another value in `state`; nullptr: none. Returns the one before.
COIR_API context_value assign_value(context_state& state, std::uint64_t variable, context_value value);

}  // namespace coir::detail
