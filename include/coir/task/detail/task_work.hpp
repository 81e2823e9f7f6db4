// <coir/task/detail/task_work.hpp> - a task with its types: the callable until it has run, then the result
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include <coir/task/detail/task_state.hpp>

namespace coir::detail {

// A block of `size` bytes: one that a task of about that size has given back on this thread, or a new one.
[[nodiscard]] COIR_API void* allocate_task(std::size_t size);
COIR_API void free_task(void* p, std::size_t size) noexcept;

template <class T>
struct task_result : task_state {
  task_result(call_function call_it, delete_function delete_it, where spawned, std::string_view name)
      : task_state(call_it, delete_it, spawned, name) {}
  ~task_result() {
    if (has_value) std::destroy_at(std::addressof(value));
  }
  bool has_value = false;
  union {
    T value;
  };
};

template <>
struct task_result<void> : task_state {
  using task_state::task_state;
};

template <class T, class F>
struct task_work final : task_result<T> {
  template <class G>
  task_work(G&& callable, where spawned, std::string_view name)
      : task_result<T>(call_it, delete_it, spawned, name), fn(std::forward<G>(callable)) {}
  ~task_work() {
    if (has_callable) std::destroy_at(std::addressof(fn));
  }

  static void call_it(task_state& s, bool run) {
    auto& self = static_cast<task_work&>(s);
    // What the callable owns goes on the task's own stack, whichever way it ends.
    struct guard {
      task_work& work;
      ~guard() {
        work.has_callable = false;
        std::destroy_at(std::addressof(work.fn));
      }
    } destroy_callable{self};
    if (!run) return;
    if constexpr (std::is_void_v<T>) {
      self.fn();
    } else {
      ::new (static_cast<void*>(std::addressof(self.value))) T(self.fn());
      self.has_value = true;
    }
  }

  static void delete_it(task_state* s) noexcept { delete static_cast<task_work*>(s); }

  // Out of a cache, since tasks come and go by the million; over-aligned callables take the usual road.
  static void* operator new(std::size_t size) { return allocate_task(size); }
  static void* operator new(std::size_t size, std::align_val_t align) { return ::operator new(size, align); }
  static void operator delete(void* p, std::size_t size) noexcept { free_task(p, size); }
  static void operator delete(void* p, std::align_val_t align) noexcept { ::operator delete(p, align); }

  bool has_callable = true;
  union {
    F fn;
  };
};

template <class T, class F>
task_state* make_task(F&& fn, where spawned, std::string_view name) {
  return new task_work<T, std::decay_t<F>>(std::forward<F>(fn), spawned, name);
}

template <class T>
T take_result(task_state& s) {
  auto& result = static_cast<task_result<T>&>(s);
  if constexpr (std::is_copy_constructible_v<T>) {
    return result.value;
  } else {
    if (std::exchange(s.taken, true))
      throw std::logic_error(s.title() + ": its result can be moved out only once, and has been");
    return std::move(result.value);
  }
}

}  // namespace coir::detail
