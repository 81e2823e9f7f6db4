#include "stack_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "stack.hpp"

namespace coir::detail {
namespace {

// Slabs double in stacks from first_slab up to slab_bytes, so that little is reserved for a program with
// few fibers and strict overcommit accounting fails late.
constexpr std::size_t first_slab = 16;
constexpr std::size_t slab_bytes = std::size_t{1} << 30;

[[noreturn, gnu::cold]] void no_memory(std::size_t size) {
  const int error = errno;
  throw std::system_error(error, std::generic_category(),
                          "no memory for a fiber's stack of " + std::to_string(size / 1024) + " KiB");
}

}  // namespace

stack_pool& free_stacks() {
  static auto* pool = new stack_pool;
  return *pool;
}

stack_pool::size_class& stack_pool::of(std::size_t size) {
  for (size_class& c : classes_)
    if (c.size == size) return c;
  return classes_.emplace_back(size_class{size, 0, first_slab, {}});
}

void stack_pool::grow(size_class& c) {
  const std::size_t guard = make_stack_ref(nullptr, c.size).guard();
  std::size_t count = c.next_slab;
  // Room for every stack of this size, so that giving one back never allocates.
  c.free.reserve(c.mapped + count);
  slabs_.reserve(slabs_.size() + 1);
  std::byte* base = map_slab(c.size, count, guard);
  // A smaller slab may still fit under an address space limit.
  while (!base && count > 1) {
    count = (count + 3) / 4;
    base = map_slab(c.size, count, guard);
  }
  if (!base) no_memory(c.size);
  slabs_.push_back({base - stride_of(c.size) + c.size, stride_of(c.size) * count});
  c.mapped += count;
  // From the top down, so that stacks are handed out from low addresses up.
  for (std::size_t i = count; i-- > 0;) c.free.push_back(base + i * stride_of(c.size));
  c.next_slab = std::clamp(c.next_slab * 2, std::size_t{1}, std::max(slab_bytes / c.size, std::size_t{1}));
}

std::size_t stack_pool::take(std::size_t size, std::byte** to, std::size_t most) {
  const std::lock_guard lock(mutex_);
  size_class& c = of(size);
  if (c.free.empty()) grow(c);
  const std::size_t count = std::min(most, c.free.size());
  const auto first = c.free.end() - static_cast<std::ptrdiff_t>(count);
  std::copy(first, c.free.end(), to);
  c.free.erase(first, c.free.end());
  return count;
}

void stack_pool::give(std::size_t size, std::byte* const* from, std::size_t count) noexcept {
  const std::lock_guard lock(mutex_);
  size_class& c = of(size);
  c.free.insert(c.free.end(), from, from + count);
}

}  // namespace coir::detail
