// What a debugger must know to find fibers in a process or a core file that has no debug information.
#pragma once

#include <cstdint>

namespace coir::detail {

// Read by coir-gdb.py, which knows this layout by its version. Offsets and sizes are in bytes.
struct debugger_info {
  std::uint32_t version;
  std::uint32_t registers;  // how many of the last member count
  const void* chunks;       // address of the head of the list of chunks
  std::uint32_t chunk_next, chunk_blocks, blocks_per_chunk, block_size;
  std::uint32_t context, state, parent, home, stack, own, waits_for;  // in a block
  std::uint32_t name;                                                            // in its particulars
  std::uint32_t thread_id;                                                       // in its owner
  // Whether registers are saved in the block, from `context` on; else where the pointer there says, and
  // `context_size` bytes behind them is the stack.
  std::uint32_t is_saved_in_block, context_size;
  struct {
    char name[8];
    std::uint32_t offset;
  } saved[16];
};

}  // namespace coir::detail

extern "C" const coir::detail::debugger_info coir_debugger_info;
