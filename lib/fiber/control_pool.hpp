// Control blocks out of a dense pool.
//
// Memory is never given back and never used for anything else, so a late wake token or a racing handle
// always reads a control block, if perhaps a later fiber's; epochs and owners tell it apart.
#pragma once

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// A block that belongs to the calling thread, with no handle and no body. Throws std::bad_alloc.
[[nodiscard]] control* take_control();

// From any thread; nothing refers to the block any more.
void give_control(control* c) noexcept;

// Hands the calling thread's free blocks to the process-wide pool.
void flush_control_cache() noexcept;

// Calls visit(control&) for each block in use anywhere that belongs to `home`, which is the calling
// thread's, so that none of them changes hands meanwhile.
template <class F>
void for_each_control(const owner* home, F&& visit);

// One piece of the pool; they form a list that only grows.
struct control_chunk {
  static constexpr std::size_t blocks = 512;
  control_chunk* next = nullptr;
  control block[blocks];
};
[[nodiscard]] control_chunk* first_chunk() noexcept;

template <class F>
void for_each_control(const owner* home, F&& visit) {
  for (control_chunk* chunk = first_chunk(); chunk; chunk = chunk->next)
    for (control& c : chunk->block)
      if (c.home.load(std::memory_order_relaxed) == home) visit(c);
}

}  // namespace coir::detail
