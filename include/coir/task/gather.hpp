// <coir/task/gather.hpp> - the results of several tasks
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <coir/task/detail/several.hpp>
#include <coir/task/detail/watch.hpp>
#include <coir/task/outcome.hpp>

namespace coir {

/// `coir::gather(coir::collect_errors, a, b)`: errors come as outcomes, and nobody is cancelled.
struct collect_errors_t {};
inline constexpr collect_errors_t collect_errors;

namespace detail {

template <class T>
outcome<T> outcome_of(const task<T>& t) {
  try {
    return outcome<T>(result_of(t));
  } catch (...) {
    return outcome<T>(std::current_exception());
  }
}

COIR_API void join_all(task_state* const* tasks, std::size_t count, const char* caller);

}  // namespace detail

/// Waits for tasks, and returns what they result in, in the order of the arguments. A callable is spawned.
///
/// The first error cancels the others, and is thrown when they have ended; so does the cancellation of the caller.
/// What the others fail with meanwhile goes to the unhandled hook.
///
/// Switches: may
/// Returns:  a tuple; of a task without a result a std::monostate. Of a range a vector, or nothing.
/// Throws:   the first error; cancelled; std::logic_error for an empty handle, the caller itself, another
///           thread's task
template <class... T>
  requires(detail::task_or_callable<T> && ...)
auto gather(T&&... t) {
  const auto tasks = detail::as_tasks(std::forward<T>(t)...);
  const auto states = detail::with_states(tasks);
  detail::join_all_or_throw(states.data(), states.size(), "gather");
  return std::apply([](const auto&... each) { return std::tuple(detail::result_of(each)...); }, tasks);
}
template <detail::task_range Range>
auto gather(const Range& tasks) {
  using result = typename std::ranges::range_value_t<Range>::value_type;
  const auto states = detail::states_of(tasks);
  detail::join_all_or_throw(states.data(), states.size(), "gather");
  if constexpr (!std::is_void_v<result>) {
    std::vector<result> results;
    results.reserve(states.size());
    for (const auto& t : tasks) results.push_back(detail::result_of(t));
    return results;
  }
}

/// The same, but waits for all of them, whatever they end by.
///
/// Switches: may
/// Returns:  a tuple, or a vector, of coir::outcome
/// Throws:   cancelled, when the tasks were cancelled and have ended; std::logic_error as above
template <class... T>
  requires(detail::task_or_callable<T> && ...)
auto gather(collect_errors_t, T&&... t) {
  const auto tasks = detail::as_tasks(std::forward<T>(t)...);
  const auto states = detail::with_states(tasks);
  detail::join_all(states.data(), states.size(), "gather");
  return std::apply([](const auto&... each) { return std::tuple(detail::outcome_of(each)...); }, tasks);
}
template <detail::task_range Range>
auto gather(collect_errors_t, const Range& tasks) {
  using result = typename std::ranges::range_value_t<Range>::value_type;
  const auto states = detail::states_of(tasks);
  detail::join_all(states.data(), states.size(), "gather");
  std::vector<outcome<result>> outcomes;
  outcomes.reserve(states.size());
  for (const auto& t : tasks) outcomes.push_back(detail::outcome_of(t));
  return outcomes;
}

}  // namespace coir
