#include "control_pool.hpp"

#include <cstdlib>
#include <mutex>
#include <new>

namespace coir::detail {
namespace {

// Free blocks are linked by control::next.
struct free_list {
  control* head = nullptr;
  std::size_t count = 0;

  void push(control* c) noexcept {
    c->next = head;
    head = c;
    ++count;
  }
  control* pop() noexcept {
    control* c = head;
    head = c->next;
    --count;
    return c;
  }
};

constexpr std::size_t batch = control_chunk::blocks;

constinit thread_local free_list cache [[gnu::tls_model("initial-exec")]]{};

constinit std::mutex pool_mutex;
constinit free_list pool;  // guarded by pool_mutex
constinit std::atomic<control_chunk*> chunks{nullptr};

void refill() {
  const std::lock_guard lock(pool_mutex);
  if (pool.count == 0) {
    void* memory = std::aligned_alloc(64, (sizeof(control_chunk) + 63) / 64 * 64);
    if (!memory) throw std::bad_alloc();
    auto* chunk = ::new (memory) control_chunk;
    chunk->next = chunks.load(std::memory_order_relaxed);
    // release: who walks the list sees the blocks built.
    chunks.store(chunk, std::memory_order_release);
    for (std::size_t i = control_chunk::blocks; i-- > 0;) pool.push(&chunk->block[i]);
  }
  while (pool.count != 0 && cache.count < batch) cache.push(pool.pop());
}

}  // namespace

control* take_control() {
  if (cache.count == 0) [[unlikely]]
    refill();
  control* c = cache.pop();
  c->home.store(this_thread.self, std::memory_order_relaxed);
  return c;
}

void give_control(control* c) noexcept {
  std::free(c->name);
  c->name = nullptr;
  c->context = nullptr;
  c->resumable = nullptr;
  c->previous = nullptr;
  c->caught = nullptr;
  c->uncaught = 0;
  c->state = fiber_state::unstarted;
  c->is_thread = c->orphan = c->being_killed = false;
  c->parent = {};
  c->local = 0;
  c->shared.store(0, std::memory_order_relaxed);
  c->home.store(nullptr, std::memory_order_relaxed);
  c->work = nullptr;
  c->stack = {};
  c->waits_for = nullptr;
  cache.push(c);
  if (cache.count == 2 * batch) [[unlikely]] {
    const std::lock_guard lock(pool_mutex);
    while (cache.count > batch) pool.push(cache.pop());
  }
}

void flush_control_cache() noexcept {
  const std::lock_guard lock(pool_mutex);
  while (cache.count != 0) pool.push(cache.pop());
}

control_chunk* first_chunk() noexcept { return chunks.load(std::memory_order_acquire); }

}  // namespace coir::detail
