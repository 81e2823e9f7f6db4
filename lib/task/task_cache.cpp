// Blocks of finished tasks, kept for the next ones of the same thread.
#include <array>
#include <cstddef>
#include <new>
#include <utility>

#include <coir/fiber/detail/sanitizer.hpp>
#include <coir/task/detail/task_work.hpp>

namespace coir::detail {
namespace {

constexpr std::size_t granule = 64;
constexpr std::size_t classes = 16;        // up to 1 KiB
constexpr std::size_t kept_per_class = 1024;

struct free_block {
  free_block* next;
};

struct cache {
  struct list {
    free_block* head = nullptr;
    std::size_t count = 0;
  };
  std::array<list, classes> lists;

  ~cache() {
    for (list& l : lists)
      while (l.head) ::operator delete(std::exchange(l.head, l.head->next));
  }
};
thread_local cache blocks;

// With ASan each block is its own, so that it sees the use of one after its task.
constexpr bool is_cached(std::size_t size) noexcept { return !COIR_ASAN && size <= granule * classes; }
constexpr std::size_t class_of(std::size_t size) noexcept { return (size - 1) / granule; }

}  // namespace

void* allocate_task(std::size_t size) {
  if (!is_cached(size)) return ::operator new(size);
  cache::list& l = blocks.lists[class_of(size)];
  if (!l.head) return ::operator new((class_of(size) + 1) * granule);
  --l.count;
  return std::exchange(l.head, l.head->next);
}

void free_task(void* p, std::size_t size) noexcept {
  if (is_cached(size)) {
    cache::list& l = blocks.lists[class_of(size)];
    if (l.count < kept_per_class) {
      ++l.count;
      l.head = ::new (p) free_block{l.head};
      return;
    }
  }
  ::operator delete(p);
}

}  // namespace coir::detail
