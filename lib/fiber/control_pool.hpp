// Control blocks out of a dense pool.
//
// Memory is never given back and never used for anything else, so a late wake token or a racing handle
// always reads a control block, if perhaps a later fiber's; epochs and owners tell it apart.
#pragma once

#include <cstddef>
#include <mutex>

#include <coir/fiber/detail/control.hpp>

#include "particulars.hpp"

namespace coir::detail {

// Free blocks, linked by control::next.
struct control_list {
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
extern constinit thread_local control_list control_cache [[gnu::tls_model("initial-exec")]];
inline constexpr std::size_t control_batch = 512;

void refill_control_cache();
void spill_control_cache() noexcept;

// A block that belongs to the calling thread, with no handle and no body. Throws std::bad_alloc.
[[nodiscard]] inline control* take_control() {
  if (control_cache.count == 0) [[unlikely]]
    refill_control_cache();
  control* c = control_cache.pop();
  c->home.store(this_thread.self, std::memory_order_relaxed);
  return c;
}

// From any thread; nothing refers to the block any more.
inline void give_control(control* c) noexcept {
  if (c->own) [[unlikely]]
    free_particulars(*c);
  c->context = {};
  c->previous = nullptr;
  c->unwinding = c->is_measured = false;
  c->state = fiber_state::unstarted;
  c->is_thread = c->orphan = c->being_killed = c->must_end = c->kills = c->borrows = false;
  c->parent = {};
  c->children = 0;
  c->local = 0;
  c->shared.store(0, std::memory_order_relaxed);
  c->home.store(nullptr, std::memory_order_relaxed);
  c->work = nullptr;
  c->stack = {};
  c->expects = discards;
  control_cache.push(c);
  if (control_cache.count == 2 * control_batch) [[unlikely]]
    spill_control_cache();
}

extern constinit std::mutex control_pool_mutex;

// Hands the calling thread's free blocks to the process-wide pool.
void flush_control_cache() noexcept;

// Calls visit(control&) for each block in use anywhere that belongs to `home`, which is the calling
// thread's, so that none of them changes hands meanwhile.
template <class F>
void for_each_control(const owner* home, F&& visit);

// One piece of the pool; they form a list that only grows.
struct control_chunk {
  static constexpr std::size_t blocks = control_batch;
  control_chunk* next = nullptr;
  alignas(64) control block[blocks];
};
extern constinit std::atomic<control_chunk*> chunks;
[[nodiscard]] control_chunk* first_chunk() noexcept;

template <class F>
void for_each_control(const owner* home, F&& visit) {
  for (control_chunk* chunk = first_chunk(); chunk; chunk = chunk->next)
    for (control& c : chunk->block)
      if (c.home.load(std::memory_order_relaxed) == home) visit(c);
}

}  // namespace coir::detail
