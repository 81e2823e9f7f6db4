// <coir/task/detail/several.hpp> - what calls that take several tasks have in common
#pragma once

#include <array>
#include <concepts>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <coir/task/task.hpp>

namespace coir::detail {

// What is given to a call that takes tasks and callables alike.
template <class T>
[[nodiscard]] const task<T>& as_task(const task<T>& t) {
  return t;
}
template <class F>
  requires std::invocable<std::decay_t<F>&>
[[nodiscard]] auto as_task(F&& fn) {
  return spawn(std::forward<F>(fn));
}

// Of the tasks in a range.
template <class Range>
[[nodiscard]] std::vector<task_state*> states_of(const Range& tasks) {
  std::vector<task_state*> states;
  for (const auto& t : tasks) states.push_back(&task_access::state_of(t));
  return states;
}

template <class T>
concept task_or_callable = requires(T&& t) { as_task(std::forward<T>(t)); };

template <class Range>
concept task_range = std::ranges::input_range<Range> && requires(std::ranges::range_reference_t<Range> t) {
  as_task(t);
  requires std::same_as<std::remove_cvref_t<decltype(as_task(t))>, std::remove_cvref_t<decltype(t)>>;
};

// Throws std::logic_error for an empty handle.
template <class T>
void refuse_empty(const task<T>& t) {
  static_cast<void>(task_access::state_of(t));
}
template <class F>
void refuse_empty(const F&) noexcept {}

// Empty handles first, for then nothing has been started. In braces, for callables start in the order of the arguments.
template <class... T>
[[nodiscard]] auto as_tasks(T&&... t) {
  (refuse_empty(t), ...);
  return std::tuple{as_task(std::forward<T>(t))...};
}

// What a task that has ended results in, as a value. Not by get(), which a caller that was cancelled meanwhile may not
// call any more: a result that has come is not lost to that.
template <class T>
auto result_of(const task<T>& t) {
  task_state& s = task_access::state_of(t);
  s.check();
  if constexpr (std::is_void_v<T>)
    return std::monostate();
  else
    return take_result<T>(s);
}

template <class Tasks>
auto with_states(const Tasks& tasks) {
  return std::apply(
      [](const auto&... t) { return std::array<task_state*, sizeof...(t)>{&task_access::state_of(t)...}; }, tasks);
}

}  // namespace coir::detail
