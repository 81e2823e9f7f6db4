#include "debugger_info.hpp"

#include <cstddef>
#include <cstring>
#include <iterator>

#include "context.hpp"
#include "control_pool.hpp"
#include "particulars.hpp"

namespace coir::detail {
namespace {

// Blocks hold atomics, which offsetof is only conditionally supported for: gcc and clang do.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

constexpr debugger_info describe() {
  debugger_info d{};
  d.version = 2;
  d.chunks = &chunks;
  d.chunk_next = offsetof(control_chunk, next);
  d.chunk_blocks = offsetof(control_chunk, block);
  d.blocks_per_chunk = control_chunk::blocks;
  d.block_size = sizeof(control);
  d.context = offsetof(control, context);
  d.state = offsetof(control, state);
  d.parent = offsetof(control, parent);
  d.home = offsetof(control, home);
  d.stack = offsetof(control, stack);
  d.own = offsetof(control, own);
  d.waits_for = offsetof(control, waits_for);
  d.name = offsetof(particulars, name);
  d.thread_id = offsetof(owner, thread_id);
  d.is_saved_in_block = COIR_NATIVE_SWITCH;
  d.context_size = context_size;
  for (const saved_register& r : saved_registers) {
    if (r.name[0] == 0) continue;
    for (std::size_t i = 0; i < sizeof r.name; ++i) d.saved[d.registers].name[i] = r.name[i];
    d.saved[d.registers++].offset = r.offset;
  }
  return d;
}

}  // namespace
}  // namespace coir::detail

extern "C" [[gnu::visibility("default")]] constinit const coir::detail::debugger_info coir_debugger_info =
    coir::detail::describe();
