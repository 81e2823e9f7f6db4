// <coir/task/detail/task_work.hpp> - a task with its types: the callable until it has run, then the result
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <coir/task/detail/task_state.hpp>

namespace coir::detail {

// Blocks of ended tasks, kept for the next ones of the same thread: a list per size in granules.
struct task_cache {
  static constexpr std::size_t granule = 64;
  static constexpr std::size_t largest = 1024;
  struct block {
    block* next;
  };
  struct list {
    block* head = nullptr;
    std::size_t room = 0;  // how many more are kept
  };
  list lists[largest / granule];

  // With ASan each block is its own, so that it sees the use of one after its task.
  static constexpr bool keeps(std::size_t size) noexcept { return !COIR_ASAN && size <= largest; }
  static constexpr std::size_t class_of(std::size_t size) noexcept { return (size - 1) / granule; }
};
extern COIR_API constinit thread_local task_cache task_blocks [[gnu::tls_model("initial-exec")]];

[[nodiscard]] COIR_API void* allocate_task_slowly(std::size_t size);
COIR_API void free_task_slowly(void* p, std::size_t size) noexcept;

// A block of `size` bytes.
[[nodiscard]] inline void* allocate_task(std::size_t size) {
  if (!task_cache::keeps(size)) return ::operator new(size);
  task_cache::list& l = task_blocks.lists[task_cache::class_of(size)];
  if (!l.head) [[unlikely]]
    return allocate_task_slowly(size);
  ++l.room;
  return std::exchange(l.head, l.head->next);
}

inline void free_task(void* p, std::size_t size) noexcept {
  if (!task_cache::keeps(size)) return ::operator delete(p);
  task_cache::list& l = task_blocks.lists[task_cache::class_of(size)];
  if (l.room == 0) [[unlikely]]
    return free_task_slowly(p, size);
  --l.room;
  l.head = ::new (p) task_cache::block{l.head};
}

template <class T>
struct task_result : task_state {
  task_result(call_function call_it, delete_function delete_it, where spawned)
      : task_state(&task_operations, call_it, delete_it, spawned) {}
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
  task_result(call_function call_it, delete_function delete_it, where spawned)
      : task_state(&task_operations, call_it, delete_it, spawned) {}
};

template <class T, class F>
struct task_work final : task_result<T> {
  template <class G>
  task_work(G&& callable, where spawned)
      : task_result<T>(call_it, delete_it, spawned), fn(std::forward<G>(callable)) {}
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
task_state* make_task(F&& fn, where spawned) {
  return new task_work<T, std::decay_t<F>>(std::forward<F>(fn), spawned);
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
