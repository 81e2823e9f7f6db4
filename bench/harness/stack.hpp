// harness/stack.hpp - stacks for the contenders that bring none of their own
#pragma once

#include <sys/mman.h>

#include <cstddef>

#include "harness/check.hpp"

namespace bench {

/// The stack size of every contender that takes one: coir's default.
constexpr std::size_t stack_size = 256 * 1024;

/// Many stacks in one mapping, committed when touched and without guards: what a limit may do and a library must not.
class stack_slab {
 public:
  explicit stack_slab(std::size_t count, std::size_t size = stack_size) : size_(size), bytes_(count * size) {
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    check_call(memory != MAP_FAILED, "mmap");
    // A huge page per stack top would hide the cost of memory that the other contenders pay.
    madvise(memory, bytes_, MADV_NOHUGEPAGE);
    base_ = static_cast<char*>(memory);
  }
  stack_slab(const stack_slab&) = delete;
  stack_slab& operator=(const stack_slab&) = delete;
  ~stack_slab() { munmap(base_, bytes_); }

  /// The highest address of stack `index`. Tops that lay a stack size apart would all fall into one set of each cache:
  /// they are spread over the first quarter, an odd number of cache lines from one to the next.
  char* top(std::size_t index) const {
    constexpr std::size_t line = 64;
    return base_ + (index + 1) * size_ - line * (index * 37 % (size_ / 4 / line));
  }

 private:
  char* base_ = nullptr;
  std::size_t size_;
  std::size_t bytes_;
};

}  // namespace bench
