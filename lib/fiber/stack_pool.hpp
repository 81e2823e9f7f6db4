// The stacks of the process that no thread has: a list per shape, last in, first out, fed by slabs.
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include <coir/fiber/detail/control.hpp>

#include "slab.hpp"

namespace coir::detail {

class stack_pool {
 public:
  // Stacks of one shape.
  struct shape_class {
    stack_shape shape;
    std::size_t mapped = 0;
    std::size_t next_slab = 0;
    std::vector<std::byte*> free;
  };

  // Moves up to `most` stacks of `shape` to `to`, and says how many; maps a slab when there are none.
  // Throws std::system_error (ENOMEM) when the kernel gives no more, std::bad_alloc.
  [[nodiscard]] std::size_t take(stack_shape shape, std::byte** to, std::size_t most);

  void give(stack_shape shape, std::byte* const* from, std::size_t count) noexcept;

  // Calls visit(const std::vector<shape_class>&, const std::vector<slab>&) while nothing changes.
  template <class F>
  void look(F&& visit) {
    const std::lock_guard lock(mutex_);
    visit(classes_, slabs_);
  }

  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }

 private:
  shape_class& of(stack_shape shape);
  void grow(shape_class& c);

  std::mutex mutex_;
  std::vector<shape_class> classes_;  // few: one per distinct stack size in use
  std::vector<slab> slabs_;
};

// Never destroyed: threads may end after main's statics.
[[nodiscard]] stack_pool& free_stacks();

}  // namespace coir::detail
