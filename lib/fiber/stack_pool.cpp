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

stack_pool::shape_class& stack_pool::of(stack_shape shape) {
  for (shape_class& c : classes_)
    if (c.shape == shape) return c;
  return classes_.emplace_back(shape_class{shape, 0, first_slab, {}});
}

void stack_pool::grow(shape_class& c) {
  std::size_t count = c.next_slab;
  // Room for every stack of this shape, so that giving one back never allocates.
  c.free.reserve(c.mapped + count);
  slabs_.reserve(slabs_.size() + 1);
  std::byte* base = map_slab(c.shape, count);
  // A smaller slab may still fit under an address space limit.
  while (!base && count > 1) {
    count = (count + 3) / 4;
    base = map_slab(c.shape, count);
  }
  const std::size_t size = c.shape.size();
  const std::size_t stride = stride_of(size);
  if (!base) no_memory(size);
  slabs_.push_back({base - stride + size, stride * count});
  c.mapped += count;
  // From the top down, so that stacks are handed out from low addresses up.
  for (std::size_t i = count; i-- > 0;) c.free.push_back(base + i * stride);
  c.next_slab = std::clamp(c.next_slab * 2, std::size_t{1}, std::max(slab_bytes / size, std::size_t{1}));
}

std::size_t stack_pool::take(stack_shape shape, std::byte** to, std::size_t most) {
  const std::lock_guard lock(mutex_);
  shape_class& c = of(shape);
  if (c.free.empty()) grow(c);
  const std::size_t count = std::min(most, c.free.size());
  const auto first = c.free.end() - static_cast<std::ptrdiff_t>(count);
  std::copy(first, c.free.end(), to);
  c.free.erase(first, c.free.end());
  return count;
}

void stack_pool::give(stack_shape shape, std::byte* const* from, std::size_t count) noexcept {
  const std::lock_guard lock(mutex_);
  shape_class& c = of(shape);
  c.free.insert(c.free.end(), from, from + count);
}

}  // namespace coir::detail
