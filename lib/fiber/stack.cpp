#include "stack.hpp"

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "stack_pool.hpp"

namespace coir::detail {
namespace {

// A thread that uses more shapes than that gives up the cache of one to have the next.
constexpr std::size_t most_shapes = 4;

constinit stack_cache no_stacks;

constinit thread_local stack_cache* own_caches = nullptr;
constinit thread_local std::size_t own_count = 0;

constinit std::mutex unused_mutex;
constinit stack_cache* unused = nullptr;  // guarded by unused_mutex
constinit std::atomic<stack_cache*> all_caches{nullptr};

stack_cache* take_cache() {
  const std::lock_guard lock(unused_mutex);
  if (stack_cache* cache = unused) {
    unused = cache->sibling;
    return cache;
  }
  auto* cache = new stack_cache;
  cache->next = all_caches.load(std::memory_order_relaxed);
  // release: who walks the list sees the cache built.
  all_caches.store(cache, std::memory_order_release);
  return cache;
}

void give_caches(stack_cache* first) noexcept {
  const std::lock_guard lock(unused_mutex);
  while (first) {
    stack_cache* cache = std::exchange(first, first->sibling);
    cache->sibling = unused;
    unused = cache;
  }
}

// Gives all but the `keep` newest stacks of a cache to the pool: the newest are warm.
void spill(stack_cache& cache, std::uint32_t keep) noexcept {
  const std::uint32_t count = cache.count;
  if (count == keep) return;
  trim_some_stacks(cache.shape, cache.free, count - keep);
  free_stacks().give(cache.shape, cache.free, count - keep);
  std::copy(cache.free + count - keep, cache.free + count, cache.free);
  cache.count = keep;
}

stack_cache* find_cache(stack_shape shape) noexcept {
  for (stack_cache* cache = own_caches; cache; cache = cache->sibling)
    if (cache->shape == shape) return cache;
  return nullptr;
}

stack_cache& cache_for(stack_shape shape) {
  if (stack_cache* cache = find_cache(shape)) return *cache;
  stack_cache* cache = nullptr;
  if (own_count == most_shapes) {
    // The oldest, which is last.
    stack_cache** link = &own_caches;
    while ((*link)->sibling) link = &(*link)->sibling;
    cache = std::exchange(*link, nullptr);
    spill(*cache, 0);
  } else {
    cache = take_cache();
    ++own_count;
  }
  cache->shape = shape;
  cache->sibling = own_caches;
  own_caches = cache;
  return *cache;
}

}  // namespace

constinit thread_local stack_cache* hot_stacks = &no_stacks;

std::mutex& stack_caches_mutex() noexcept { return unused_mutex; }

void fill_hot_stacks(stack_shape shape) {
  if (shape.size() == 0 || shape.size() > stack_shape::largest)
    throw std::invalid_argument("a fiber's stack_size is out of [1, " + std::to_string(stack_shape::largest) + "] bytes");
  stack_cache& cache = cache_for(shape);
  hot_stacks = &cache;
  if (cache.count == 0)
    cache.count = static_cast<std::uint32_t>(free_stacks().take(shape, cache.free, stack_cache::capacity / 2));
}

void give_stack_slowly(stack_ref stack) noexcept {
  stack_cache* cache = find_cache(stack.shape);
  if (!cache) {
    std::byte* base = stack.base;
    free_stacks().give(stack.shape, &base, 1);
    return;
  }
  hot_stacks = cache;
  if (cache->count == stack_cache::capacity) spill(*cache, stack_cache::capacity / 2);
  cache->free[cache->count] = stack.base;
  cache->count = cache->count + 1;
}

void flush_stack_caches() noexcept {
  for (stack_cache* cache = own_caches; cache; cache = cache->sibling) spill(*cache, 0);
  hot_stacks = &no_stacks;
  give_caches(std::exchange(own_caches, nullptr));
  own_count = 0;
}

std::size_t count_cached_stacks(stack_shape shape) noexcept {
  std::size_t count = 0;
  for (const stack_cache* c = all_caches.load(std::memory_order_acquire); c; c = c->next)
    if (c->shape == shape) count += c->count;
  return count;
}

}  // namespace coir::detail
