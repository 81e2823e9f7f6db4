// <coir/task/detail/watch.hpp> - waiting for the ends of several tasks, as they come
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/task/detail/task_state.hpp>

namespace coir::detail {

// Knows the tasks by their numbers from 0 on, in the order in which they were added.
class COIR_API watch {
 public:
  // Room for `most` tasks.
  explicit watch(std::size_t most);
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;

  // Throws std::logic_error when it is the caller itself, or another thread's that has not ended.
  void add(task_state& t, const char* caller);

  [[nodiscard]] std::size_t size() const noexcept { return hooks_.size(); }
  // Whether each task that was added has been given out.
  [[nodiscard]] bool is_over() const noexcept { return given_ == hooks_.size(); }

  // The next one that has ended, in the order of their ends; nothing when `until` comes first.
  // Throws cancelled.
  [[nodiscard]] std::optional<std::size_t> next(deadline until = never);

 private:
  struct hook : done_hook {
    explicit hook(watch& w, std::size_t n) noexcept : done_hook(take_note), owner(w), number(n) {}
    ~hook() { unlink(); }
    static void take_note(done_hook& self, task_state& t) noexcept;
    watch& owner;
    std::size_t number;
  };
  // A vector of what cannot move: allocated once.
  struct hook_list {
    explicit hook_list(std::size_t most) : room(most), at(std::allocator<hook>().allocate(most)) {}
    hook_list(const hook_list&) = delete;
    hook_list& operator=(const hook_list&) = delete;
    ~hook_list() {
      while (count != 0) std::destroy_at(at + --count);
      std::allocator<hook>().deallocate(at, room);
    }
    [[nodiscard]] std::size_t size() const noexcept { return count; }
    std::size_t room;
    std::size_t count = 0;
    hook* at;
  };

  hook_list hooks_;
  std::vector<std::size_t> ended_;  // numbers, in the order of their ends
  std::size_t given_ = 0;
  lowlevel::wake_token waiter_;
};

// Throws cancelled. For the begin of calls that may wait, which are places where cancellation is met also when they
// need not.
COIR_API void meet_cancellation();

// Cancels those that have not ended and waits for all of them, whatever is cancelled meanwhile.
COIR_API void cancel_and_join(task_state* const* tasks, std::size_t count, const char* reason) noexcept;

// Waits for all, and throws the first error; then, and when the caller is cancelled, the others are cancelled and
// have ended.
COIR_API void join_all_or_throw(task_state* const* tasks, std::size_t count, const char* caller);

}  // namespace coir::detail
