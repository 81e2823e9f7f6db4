#include "stack_trim.hpp"

#include <algorithm>
#include <ctime>

#include <sys/mman.h>

#include "stack.hpp"

namespace coir::detail {
namespace {

constexpr std::size_t page = stack_shape::unit;

// The lowest page in [from, to) that is in memory. A page that was only ever read counts too.
std::byte* lowest_page(std::byte* from, std::byte* to) noexcept {
  unsigned char in_memory[512];
  while (from < to) {
    const std::size_t bytes = std::min<std::size_t>(static_cast<std::size_t>(to - from), sizeof(in_memory) * page);
    if (::mincore(from, bytes, in_memory) != 0) return nullptr;
    unsigned char* const end = in_memory + bytes / page;
    unsigned char* const found = std::find_if(in_memory, end, [](unsigned char c) { return (c & 1) != 0; });
    if (found != end) return from + (found - in_memory) * static_cast<std::ptrdiff_t>(page);
    from += bytes;
  }
  return nullptr;
}

// ASan poisons words of frames that are still there.
__attribute__((no_sanitize("address"))) std::byte* lowest_word(std::byte* from, std::byte* to) noexcept {
  for (; from < to; from += sizeof(std::uint64_t)) {
    std::uint64_t word;
    __builtin_memcpy(&word, from, sizeof word);
    if (word != 0) break;
  }
  return from;
}

bool is_deep(stack_ref stack) noexcept {
  std::byte* const mark = stack.top() - stack_watermark;
  const std::byte* lowest = lowest_page(stack.base + stack.guard(), mark);
  // The page right below the mark is in memory since seems_deep() has read it.
  return lowest && (lowest != mark - page || lowest_word(mark - page, mark) != mark);
}

// Starts the ration anew in a new tick.
void look_at_clock() noexcept {
  std::timespec now;
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  if (now.tv_nsec != ration.tick) ration = {now.tv_nsec, looks_per_tick, 0, nullptr};
}

}  // namespace

constinit thread_local trim_ration ration;

void look_at_stack(stack_ref stack) noexcept {
  if (ration.looks == 0) {
    look_at_clock();
    if (ration.looks == 0) {
      ration.skips = unlooked;
      return;
    }
  }
  if (is_deep(stack))
    trim_unless_hot(stack);
  else if (--ration.looks == 0)
    ration.skips = 1;
}

void trim_unless_hot(stack_ref stack) noexcept {
  look_at_clock();
  if (stack.base == ration.trimmed && stack.size() <= largest_kept) return;
  ration.trimmed = stack.base;
  trim_stack(stack);
}

void trim_stack(stack_ref stack) noexcept {
  std::byte* const lowest = stack.base + stack.guard();
  std::byte* const mark = stack.top() - stack_watermark;
  // Refused on locked memory, which is to stay.
  if (lowest < mark) ::madvise(lowest, static_cast<std::size_t>(mark - lowest), MADV_DONTNEED);
}

bool clear_stack(stack_ref stack) noexcept {
  return ::madvise(stack.base + stack.guard(), stack.size() - stack.guard(), MADV_DONTNEED) == 0;
}

void trim_some_stacks(stack_shape shape, std::byte* const* bases, std::size_t count) noexcept {
  if (shape.size() <= stack_watermark || count == 0 || on_valgrind()) return;
  // At the ends of a batch are its oldest and its newest.
  const bool found = is_deep({bases[0], shape}) || is_deep({bases[count - 1], shape});
  if (!found) return;
  for (std::size_t i = 0; i < count; ++i) trim_stack({bases[i], shape});
}

std::size_t depth_of(stack_ref stack) noexcept {
  const unwatched quiet;
  std::byte* const page_used = lowest_page(stack.base + stack.guard(), stack.top());
  if (!page_used) return 0;
  const std::byte* word = lowest_word(page_used, page_used + page);
  return static_cast<std::size_t>(stack.top() - (word == page_used + page ? page_used : word));
}

}  // namespace coir::detail
