// Boost.Fiber on unguarded stacks from malloc, its default, which takes a page less for each than its pool.

#include <boost/fiber/fiber.hpp>
#include <boost/fiber/fixedsize_stack.hpp>
#include <boost/fiber/operations.hpp>

#include <cstddef>
#include <memory>
#include <vector>

#include "timer/workload.hpp"

namespace {

using namespace bench::sleeping;
namespace fiber_library = boost::fibers;

void everyone(lateness& notes, std::size_t count) {
  naps draw;
  std::vector<fiber_library::fiber> fibers;
  fibers.reserve(count);
  while (fibers.size() < count)
    fibers.emplace_back(std::allocator_arg, fiber_library::fixedsize_stack(stack_size),
                        [&notes, how_long = draw.next()] {
                          nap(notes, how_long, [](milliseconds d) { boost::this_fiber::sleep_for(d); });
                        });
  for (auto& f : fibers) f.join();
}

const bench::sleeping::contender boost_fiber("boost_fiber", 6 * 1024, crowd_of<everyone>);

}  // namespace
