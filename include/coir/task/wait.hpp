// <coir/task/wait.hpp> - waiting for some of several tasks
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include <coir/base/clock.hpp>
#include <coir/task/detail/several.hpp>
#include <coir/task/detail/watch.hpp>

namespace coir {

/// When coir::wait is over.
enum class wait_mode {
  first_completed,  // one has ended
  first_exception,  // one has failed, which to be cancelled is not; or all have ended
  all_completed,    // all have ended
};
using enum wait_mode;

/// Waits for tasks; cancels none, and throws no task's error.
///
/// Switches: may
/// Returns:  `{done, pending}`: vectors of the handles, in the order of `tasks`; all are pending when the time is
///           over before any has ended
/// Throws:   cancelled when the caller was cancelled; std::logic_error as coir::gather
template <detail::task_range Range>
auto wait_until(const Range& tasks, wait_mode mode, deadline until) {
  using handle = std::ranges::range_value_t<Range>;
  const auto states = detail::states_of(tasks);
  detail::watch all(states.size());
  for (detail::task_state* s : states) all.add(*s, "wait");
  detail::meet_cancellation();
  while (!all.is_over()) {
    const auto ended = all.next(until);
    if (!ended || mode == first_completed || (mode == first_exception && states[*ended]->has_failed())) break;
  }
  std::pair<std::vector<handle>, std::vector<handle>> sorted;
  for (const handle& t : tasks) (t.is_done() ? sorted.first : sorted.second).push_back(t);
  return sorted;
}
template <detail::task_range Range>
auto wait(const Range& tasks, wait_mode mode = all_completed) {
  return wait_until(tasks, mode, never);
}
template <detail::task_range Range, class Rep, class Period>
auto wait(const Range& tasks, wait_mode mode, std::chrono::duration<Rep, Period> d) {
  return wait_until(tasks, mode, detail::deadline_after(now(), d));
}

/// What as_completed returns: a range of handles, read once.
template <class Task>
class completed_tasks {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = Task;
    using difference_type = std::ptrdiff_t;

    explicit iterator(completed_tasks* of) : of_(of) { ++*this; }
    [[nodiscard]] Task& operator*() const noexcept { return of_->tasks_[at_]; }
    [[nodiscard]] Task* operator->() const noexcept { return &of_->tasks_[at_]; }
    /// Waits for the next one to end.
    ///
    /// Switches: may
    /// Throws:   cancelled
    iterator& operator++() {
      detail::meet_cancellation();
      if (of_->watch_->is_over())
        of_ = nullptr;
      else
        while (const auto ended = of_->watch_->next()) {
          at_ = *ended;
          break;
        }
      return *this;
    }
    void operator++(int) { ++*this; }
    [[nodiscard]] friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept { return !i.of_; }

   private:
    completed_tasks* of_;
    std::size_t at_ = 0;
  };

  explicit completed_tasks(std::vector<Task> tasks)
      : tasks_(std::move(tasks)), watch_(std::make_unique<detail::watch>(tasks_.size())) {
    for (const Task& t : tasks_) watch_->add(detail::task_access::state_of(t), "as_completed");
  }

  /// Waits for the first one to end.
  ///
  /// Switches: may
  /// Throws:   cancelled
  [[nodiscard]] iterator begin() { return iterator(this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::vector<Task> tasks_;
  std::unique_ptr<detail::watch> watch_;
};

/// The handles of `tasks` as these end: `for (auto& t : coir::as_completed(tasks)) use(t.get());`. Each step waits.
///
/// Switches: may, in the iterator's steps
/// Throws:   std::logic_error as coir::gather
template <detail::task_range Range>
[[nodiscard]] auto as_completed(const Range& tasks) {
  using handle = std::ranges::range_value_t<Range>;
  return completed_tasks<handle>(std::vector<handle>(std::ranges::begin(tasks), std::ranges::end(tasks)));
}

}  // namespace coir
