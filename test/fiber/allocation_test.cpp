// A switch allocates nothing, and of a fiber that runs and ends nothing is left.
#include <memory>
#include <string>
#include <tuple>

#include <coir/fiber.hpp>

#define COIR_COUNTS_ALLOCATIONS
#include "count_allocations.hpp"
#include "parent.hpp"

namespace {

using support::allocations;

using allocation = support::counts_allocations;
using support::to_parent;

TEST_F(allocation, happens_in_no_switch) {
  coir::fiber f([](int n) {
    for (;;) n = to_parent<int>(n + 1);
  });
  f.switch_to<int>(0);
  const long before = allocations;
  for (int i = 0; i < 1000; ++i) f.switch_to<int>(i);
  EXPECT_EQ(allocations, before);
}

TEST_F(allocation, happens_in_no_switch_with_tuples_and_owners) {
  using both = std::tuple<std::unique_ptr<int>, int>;
  coir::fiber f([](std::unique_ptr<int> p, int n) {
    for (;;) std::tie(p, n) = to_parent<both>(std::move(p), n + 1);
  });
  auto p = std::make_unique<int>(1);
  int n = 0;
  std::tie(p, n) = f.switch_to<both>(std::move(p), n);
  const long before = allocations;
  for (int i = 0; i < 1000; ++i) std::tie(p, n) = f.switch_to<both>(std::move(p), n);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(n, 1001);
}

TEST_F(allocation, happens_in_no_step_of_a_generator) {
  coir::generator<std::unique_ptr<int>, std::unique_ptr<int>> g([](auto& y) {
    for (std::unique_ptr<int> p;;) p = y(std::move(p));
  });
  g.next();
  auto p = std::make_unique<int>(1);
  const long before = allocations;
  for (int i = 0; i < 1000; ++i) p = *g.send(std::move(p));
  EXPECT_EQ(allocations, before);
}

TEST_F(allocation, happens_in_no_copy_and_no_look_at_the_current_fiber) {
  coir::fiber f([] {});
  const long before = allocations;
  for (int i = 0; i < 100; ++i) {
    const coir::fiber copy = f;
    const coir::fiber me = coir::fiber::current();
    EXPECT_TRUE(copy != me);
  }
  EXPECT_EQ(allocations, before);
}

TEST_F(allocation, happens_in_no_creation_once_the_pools_are_warm) {
  const auto create = [] { return coir::fiber([](int n) { return n; }).switch_to<int>(3); };
  create();
  const long before = allocations;
  for (int i = 0; i < 1000; ++i) create();
  EXPECT_EQ(allocations, before);
}

}  // namespace
