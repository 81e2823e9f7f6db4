#include "control_pool.hpp"

#include <cstdlib>
#include <new>

#include "debugger_info.hpp"

namespace coir::detail {
namespace {

constinit control_list pool;  // guarded by control_pool_mutex

// Keeps what debuggers look for in programs that link the library statically.
[[gnu::used]] const debugger_info* const for_debuggers = &coir_debugger_info;

}  // namespace

constinit std::mutex control_pool_mutex;
constinit std::atomic<control_chunk*> chunks{nullptr};
constinit thread_local control_list control_cache;

void refill_control_cache() {
  const std::lock_guard lock(control_pool_mutex);
  if (pool.count == 0) {
    void* memory = std::aligned_alloc(64, (sizeof(control_chunk) + 63) / 64 * 64);
    if (!memory) throw std::bad_alloc();
    auto* chunk = ::new (memory) control_chunk;
    chunk->next = chunks.load(std::memory_order_relaxed);
    // release: who walks the list sees the blocks built.
    chunks.store(chunk, std::memory_order_release);
    for (std::size_t i = control_chunk::blocks; i-- > 0;) pool.push(&chunk->block[i]);
  }
  while (pool.count != 0 && control_cache.count < control_batch) control_cache.push(pool.pop());
}

void spill_control_cache() noexcept {
  const std::lock_guard lock(control_pool_mutex);
  while (control_cache.count > control_batch) pool.push(control_cache.pop());
}

void flush_control_cache() noexcept {
  const std::lock_guard lock(control_pool_mutex);
  while (control_cache.count != 0) pool.push(control_cache.pop());
}

control_chunk* first_chunk() noexcept { return chunks.load(std::memory_order_acquire); }

}  // namespace coir::detail
