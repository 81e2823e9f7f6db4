#include "stack.hpp"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "slab.hpp"

namespace coir::detail {
namespace {

// Slabs double in stacks from first_slab up to slab_bytes, so that little is reserved for a program with
// few fibers and strict overcommit accounting fails late.
constexpr std::size_t first_slab = 16;
constexpr std::size_t slab_bytes = std::size_t{1} << 30;

// Stacks of one size, newest first.
struct size_class {
  std::size_t size = 0;
  std::size_t mapped = 0;
  std::size_t next_slab = first_slab;
  std::vector<std::byte*> free;
};

struct process_pool {
  std::mutex mutex;
  std::vector<size_class> classes;  // few: one per distinct stack size in use

  size_class& of(std::size_t size) {
    for (size_class& c : classes)
      if (c.size == size) return c;
    return classes.emplace_back(size_class{size, 0, first_slab, {}});
  }
};

// Never destroyed: threads may end after main's statics.
process_pool& pool() {
  static auto* p = new process_pool;
  return *p;
}

[[noreturn, gnu::cold]] void no_memory(std::size_t size) {
  const int error = errno;
  throw std::system_error(error, std::generic_category(),
                          "no memory for a fiber's stack of " + std::to_string(size / 1024) + " KiB");
}

// Gives all but the `keep` newest stacks of the cache to the pool: the newest are warm.
void spill(std::size_t keep) noexcept {
  stack_cache& cache = cached_stacks;
  if (cache.count == keep) return;
  const std::lock_guard lock(pool().mutex);
  size_class& c = pool().of(cache.size);
  std::byte** const end = cache.free + cache.count;
  c.free.insert(c.free.end(), cache.free, end - keep);
  std::copy(end - keep, end, cache.free);
  cache.count = keep;
}

}  // namespace

constinit thread_local stack_cache cached_stacks;

std::mutex& stack_pool_mutex() noexcept { return pool().mutex; }

// Moves up to half a cache of stacks from the pool to the cache, mapping a new slab when it has none.
void refill_stack_cache(std::size_t size) {
  if (size == 0 || size > largest_stack)
    throw std::invalid_argument("a fiber's stack_size is out of [1, " + std::to_string(largest_stack) + "] bytes");
  if (cached_stacks.size != size) {
    spill(0);
    cached_stacks.size = size;
  }
  const std::size_t guard = make_stack_ref(nullptr, size).guard();
  const std::lock_guard lock(pool().mutex);
  size_class& c = pool().of(size);
  if (c.free.empty()) {
    std::size_t count = c.next_slab;
    // Room for every stack of this size, so that giving one back never allocates.
    c.free.reserve(c.mapped + count);
    std::byte* base = map_slab(size, count, guard);
    // A smaller slab may still fit under an address space limit.
    while (!base && count > 1) {
      count = (count + 3) / 4;
      base = map_slab(size, count, guard);
    }
    if (!base) no_memory(size);
    c.mapped += count;
    // From the top down, so that stacks are handed out from low addresses up.
    for (std::size_t i = count; i-- > 0;) c.free.push_back(base + i * stride_of(size));
    c.next_slab = std::clamp(c.next_slab * 2, std::size_t{1}, std::max(slab_bytes / size, std::size_t{1}));
  }
  const std::size_t n = std::min(stack_cache::capacity / 2, c.free.size());
  std::copy(c.free.end() - static_cast<std::ptrdiff_t>(n), c.free.end(), cached_stacks.free);
  c.free.resize(c.free.size() - n);
  cached_stacks.count = n;
}

void spill_stack_cache(std::size_t size) noexcept {
  spill(cached_stacks.size == size ? stack_cache::capacity / 2 : 0);
  cached_stacks.size = size;
}

void flush_stack_cache() noexcept { spill(0); }

}  // namespace coir::detail
