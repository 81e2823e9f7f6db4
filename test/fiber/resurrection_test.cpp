// A fiber that refuses to die when its last handle was dropped.
#include <string>
#include <utility>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using resurrection = support::nothing_left;
using support::counted;
using support::to_parent;

// Suspended; when dropped it stores itself and goes on.
coir::fiber stubborn(coir::fiber& store, int& exits) {
  coir::fiber f([&store, &exits, c = counted(1)] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
      ++exits;
      store = coir::fiber::current();
    }
    to_parent();
    return std::string("lived on");
  });
  f.switch_to();
  return f;
}

TEST_F(resurrection, by_storing_itself_a_fiber_survives) {
  coir::fiber store;
  int exits = 0;
  { const coir::fiber f = stubborn(store, exits); }
  EXPECT_EQ(exits, 1);
  ASSERT_TRUE(store);
  EXPECT_EQ(counted::live(), 1);
  EXPECT_EQ(store.switch_to<std::string>(), "lived on");
  EXPECT_TRUE(store.is_dead());
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(resurrection, gives_the_parent_back) {
  coir::fiber store;
  int exits = 0;
  coir::fiber parent([](std::string s) { return s + " at the parent's"; });
  {
    const coir::fiber f = stubborn(store, exits);
    f.set_parent(parent);
  }
  EXPECT_TRUE(store.parent() == parent);
  EXPECT_EQ(store.switch_to<std::string>(), "lived on at the parent's");
}

TEST_F(resurrection, can_be_dropped_again) {
  coir::fiber store;
  int exits = 0;
  { const coir::fiber f = stubborn(store, exits); }
  store = coir::fiber();
  EXPECT_EQ(exits, 1) << "the second exit passes";
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(resurrection, ten_times_over) {
  coir::fiber store;
  int exits = 0;
  {
    coir::fiber f([&, c = counted(1)] {
      while (exits < 10) {
        try {
          to_parent();
        } catch (const coir::fiber_exit&) {
          ++exits;
          store = coir::fiber::current();
        }
      }
    });
    f.switch_to();
  }
  while (store) {
    const coir::fiber last = std::move(store);
  }
  EXPECT_EQ(exits, 10);
  store = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(resurrection, followed_by_the_end_leaves_a_dead_fiber) {
  coir::fiber store;
  {
    coir::fiber f([&] {
      try {
        to_parent();
      } catch (const coir::fiber_exit&) {
        store = coir::fiber::current();
        throw;
      }
    });
    f.switch_to();
  }
  EXPECT_TRUE(store.is_dead());
  store.switch_to();
}

}  // namespace
