// <coir/task/first_of.hpp> - the fastest of several
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <ranges>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <coir/base/clock.hpp>
#include <coir/task/detail/several.hpp>
#include <coir/task/detail/watch.hpp>
#include <coir/task/group_error.hpp>

namespace coir {

namespace detail {

// Waits for the first end of several; then, and when the caller is cancelled, all have ended. Which it is.
COIR_API std::size_t first_end(task_state* const* tasks, std::size_t count);

template <class T>
using value_or_monostate = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

}  // namespace detail

/// Runs callables, or waits for tasks, until the first of them ends; the others are cancelled and have ended when
/// this returns.
///
/// Switches: may
/// Returns:  a std::variant of what each results in, void as std::monostate: its index() says which was first
/// Throws:   the error that the first has ended by; cancelled; std::logic_error as coir::gather. Errors of the
///           others go to the unhandled hook.
template <class... T>
  requires(sizeof...(T) > 0 && (detail::task_or_callable<T> && ...))
auto first_of(T&&... t) {
  const auto tasks = detail::as_tasks(std::forward<T>(t)...);
  using tuple = std::remove_const_t<decltype(tasks)>;
  const auto states = detail::with_states(tasks);
  const std::size_t first = detail::first_end(states.data(), states.size());
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    using results =
        std::variant<detail::value_or_monostate<typename std::tuple_element_t<I, tuple>::value_type>...>;
    using take = results (*)(const tuple&);
    constexpr std::array<take, sizeof...(I)> takers{
        [](const tuple& all) { return results(std::in_place_index<I>, detail::result_of(std::get<I>(all))); }...};
    return takers[first](tasks);
  }(std::index_sequence_for<T...>());
}

/// Starts the callables of a range one after the other, `delay` apart, the next one at once when one has failed;
/// the first that succeeds wins, the others are cancelled and have ended when this returns. For connecting to one of
/// several addresses (RFC 8305, "Happy Eyeballs", section 5).
///
/// Switches: may
/// Returns:  `{number, result}` of the winner; its number alone, of callables that result in nothing
/// Throws:   when all have failed: the error of the only one, or all of them as coir::group_error; cancelled;
///           std::invalid_argument for an empty range
template <std::ranges::input_range Range, class Rep, class Period>
auto staggered_race(Range&& callables, std::chrono::duration<Rep, Period> delay) {
  using result = std::decay_t<std::invoke_result_t<std::ranges::range_value_t<Range>&>>;
  std::vector<task<result>> tasks;
  std::vector<detail::task_state*> states;
  std::vector<std::exception_ptr> errors;
  detail::watch all(static_cast<std::size_t>(std::ranges::distance(callables)));
  if (std::ranges::empty(callables)) throw std::invalid_argument("coir::staggered_race: there is nothing to run");
  std::size_t winner = 0;
  try {
    auto next = std::ranges::begin(callables);
    const auto end = std::ranges::end(callables);
    for (bool won = false; !won;) {
      if (next != end) {
        tasks.push_back(spawn(*next));
        ++next;
        states.push_back(&detail::task_access::state_of(tasks.back()));
        all.add(*states.back(), "staggered_race");
      }
      const deadline until = next == end ? never : detail::deadline_after(now(), delay);
      const auto ended = all.next(until);
      if (!ended) continue;
      won = !states[*ended]->error;
      winner = *ended;
      if (won) break;
      states[*ended]->retrieved = true;
      errors.push_back(states[*ended]->error);
      if (next == end && all.is_over()) break;
    }
  } catch (...) {
    detail::cancel_and_join(states.data(), states.size(), "the caller of coir::staggered_race was cancelled");
    throw;
  }
  if (errors.size() == tasks.size()) detail::throw_errors(std::move(errors));
  detail::cancel_and_join(states.data(), states.size(), "another was faster");
  if constexpr (std::is_void_v<result>)
    return winner;
  else
    return std::pair<std::size_t, result>(winner, detail::result_of(tasks[winner]));
}

}  // namespace coir
