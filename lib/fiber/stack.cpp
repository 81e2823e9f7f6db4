#include "stack.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "annotations.hpp"
#include "slab.hpp"

namespace coir::detail {
namespace {

constexpr std::size_t largest_guard = 64 * 1024;
constexpr std::size_t cached_per_thread = 256;
// Slabs double in stacks from first_slab up to slab_bytes, so that little is reserved for a program with
// few fibers and strict overcommit accounting fails late.
constexpr std::size_t first_slab = 16;
constexpr std::size_t slab_bytes = std::size_t{1} << 30;

// Stacks of one size, newest first.
struct size_class {
  std::size_t size = 0;
  std::size_t next_slab = first_slab;
  std::vector<std::byte*> free;
};

struct process_pool {
  std::mutex mutex;
  std::vector<size_class> classes;  // few: one per distinct stack size in use

  size_class& of(std::size_t size) {
    for (size_class& c : classes)
      if (c.size == size) return c;
    return classes.emplace_back(size_class{size, first_slab, {}});
  }
};

// Never destroyed: threads may end after main's statics.
process_pool& pool() {
  static auto* p = new process_pool;
  return *p;
}

std::size_t guard_of(std::size_t size) noexcept { return std::min(size / 4, largest_guard); }

stack_ref ref(std::byte* base, std::size_t size) noexcept {
  stack_ref s;
  s.base = base;
  s.size_units = size / stack_ref::unit;
  s.guard_units = guard_of(size) / stack_ref::unit;
  return s;
}

// The last stacks that this thread gave back, of whatever size it used last.
struct thread_cache {
  std::size_t size = 0;
  std::size_t count = 0;
  std::array<std::byte*, cached_per_thread> free;
};
constinit thread_local thread_cache cache [[gnu::tls_model("initial-exec")]]{};

[[noreturn, gnu::cold]] void no_memory(std::size_t size) {
  const int error = errno;
  throw std::system_error(error, std::generic_category(),
                          "no memory for a fiber's stack of " + std::to_string(size / 1024) + " KiB");
}

// Moves up to half a cache of stacks from the pool to the cache, mapping a new slab when it has none.
[[gnu::noinline]] void refill(std::size_t size) {
  const std::lock_guard lock(pool().mutex);
  size_class& c = pool().of(size);
  if (c.free.empty()) {
    std::size_t count = c.next_slab;
    c.free.reserve(c.free.capacity() + count);
    std::byte* base = map_slab(size, count, guard_of(size));
    // A smaller slab may still fit under an address space limit.
    while (!base && count > 1) base = map_slab(size, count /= 4, guard_of(size));
    if (!base) no_memory(size);
    // Pushed from the top down, so that stacks are handed out from low addresses up.
    for (std::size_t i = count; i-- > 0;) c.free.push_back(base + i * size);
    c.next_slab = std::clamp(c.next_slab * 2, std::size_t{1}, std::max(slab_bytes / size, std::size_t{1}));
  }
  const std::size_t n = std::min(cached_per_thread / 2, c.free.size());
  // Reversed, so that the pool's newest is the cache's newest.
  for (std::size_t i = 0; i < n; ++i) cache.free[n - 1 - i] = c.free[c.free.size() - 1 - i];
  c.free.resize(c.free.size() - n);
  cache.count = n;
}

[[gnu::noinline]] void spill(std::size_t keep) noexcept {
  const std::lock_guard lock(pool().mutex);
  size_class& c = pool().of(cache.size);
  // The oldest go: the newest are warm.
  const std::size_t n = cache.count - keep;
  c.free.insert(c.free.end(), cache.free.begin(), cache.free.begin() + static_cast<std::ptrdiff_t>(n));
  std::copy(cache.free.begin() + static_cast<std::ptrdiff_t>(n),
            cache.free.begin() + static_cast<std::ptrdiff_t>(cache.count), cache.free.begin());
  cache.count = keep;
}

}  // namespace

stack_ref take_stack(std::size_t size) {
  if (size == 0 || size > largest_stack)
    throw std::invalid_argument("a fiber's stack_size of " + std::to_string(size) + " bytes is out of [1, " +
                                std::to_string(largest_stack) + "]");
  size = (size + stack_granule - 1) & ~(stack_granule - 1);
  if (cache.size != size || cache.count == 0) [[unlikely]] {
    if (cache.size != size) {
      if (cache.count) spill(0);
      cache.size = size;
    }
    refill(size);
  }
  return ref(cache.free[--cache.count], size);
}

void give_stack(stack_ref stack) noexcept {
  annotate_reuse(stack.base + stack.guard(), stack.size() - stack.guard());
  if (cache.size != stack.size()) [[unlikely]] {
    if (cache.count) spill(0);
    cache.size = stack.size();
  }
  if (cache.count == cached_per_thread) [[unlikely]]
    spill(cached_per_thread / 2);
  cache.free[cache.count++] = stack.base;
}

void flush_stack_cache() noexcept {
  if (cache.count) spill(0);
}

}  // namespace coir::detail
