#include <cstddef>
#include <new>
#include <utility>

#include <coir/task/detail/task_work.hpp>

namespace coir::detail {
namespace {

constexpr std::size_t kept_per_class = 1024;

// Opens a thread's cache, and frees it at the thread's end. What is freed after that goes the usual road.
struct cache_keeper {
  bool open = true;
  cache_keeper() {
    for (task_cache::list& l : task_blocks.lists) l.room = kept_per_class;
  }
  ~cache_keeper() {
    open = false;
    for (task_cache::list& l : task_blocks.lists) {
      l.room = 0;
      while (l.head) ::operator delete(std::exchange(l.head, l.head->next));
    }
  }
};
thread_local cache_keeper keeper;

}  // namespace

constinit thread_local task_cache task_blocks;

void* allocate_task_slowly(std::size_t size) {
  static_cast<void>(keeper.open);
  return ::operator new((task_cache::class_of(size) + 1) * task_cache::granule);
}

// Of a thread whose cache is full, not open, or closed already.
void free_task_slowly(void* p, std::size_t) noexcept { ::operator delete(p); }

}  // namespace coir::detail
