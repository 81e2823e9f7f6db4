// boost::context::fiber on its default stacks, which come from malloc and have no guard: the guarded ones take two
// mappings each, and end near 32,000 by default.

#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "harness/stack.hpp"
#include "parked/workload.hpp"

namespace {

namespace context = boost::context;

class fibers {
 public:
  explicit fibers(std::size_t count) {
    all_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      all_.emplace_back(std::allocator_arg, context::fixedsize_stack(bench::stack_size), [](context::fiber&& parent) {
        ++bench::parking::parked;
        parent = std::move(parent).resume();
        return std::move(parent);
      });
      all_.back() = std::move(all_.back()).resume();
    }
  }

 private:
  std::vector<context::fiber> all_;
};

const bench::parking::contender<fibers> boost_context("boost_context", 9 * 1024);

}  // namespace
