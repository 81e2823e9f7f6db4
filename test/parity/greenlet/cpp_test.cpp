// greenlet's test_cpp.py and test_greenlet_trash.py: exceptions and destructors of C++.
#include <array>
#include <memory>
#include <vector>

#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_cpp = support::nothing_left;
using greenlet_trash = support::nothing_left;

struct at_depth {
  int depth;
};

[[gnu::noinline]] int waits_in_try(int depth, int left) {
  if (left > 0) return waits_in_try(depth, left - 1) + 0 * left;
  try {
    to_parent();
    throw at_depth{depth};
  } catch (const at_depth& caught) {
    EXPECT_EQ(caught.depth, depth);
    return caught.depth;
  }
}

TEST_F(greenlet_cpp, test_exception_switch) {
  std::vector<fiber> fibers;
  for (int i = 0; i < 4; ++i) {
    fibers.emplace_back([](int depth) { return waits_in_try(depth, depth); });
    fibers.back().switch_to(i);
  }
  for (int i = 0; i < 4; ++i) EXPECT_EQ(fibers[static_cast<std::size_t>(i)].switch_to<int>(), i);
}

TEST_F(greenlet_cpp, test_unhandled_std_exception_as_greenlet_function_aborts) {
  const fiber g([] { throw std::runtime_error("thrown in the body"); });
  EXPECT_EQ(text_of<std::runtime_error>([&] { g.switch_to(); }), "thrown in the body") << "the parent has it";
  EXPECT_TRUE(g.is_dead());
}

TEST_F(greenlet_cpp, test_unhandled_exception_in_greenlet_aborts) {
  int caught = 0;
  const fiber g1([&] {
    const counted local(1);
    const fiber g2([] {
      const counted inner(2);
      throw at_depth{0};  // no std::exception
    });
    try {
      g2.switch_to();
    } catch (const at_depth&) {
      ++caught;
      EXPECT_EQ(counted::live(), 1) << "g2's stack was unwound, g1's was not";
    }
  });
  g1.switch_to();
  EXPECT_EQ(caught, 1);
  EXPECT_TRUE(g1.is_dead());
}

TEST_F(greenlet_cpp, test_leak_test_exception_switch_and_do_in_g2) {
  for (int i = 0; i < 1000; ++i) {
    const fiber g1([c = counted(i)] {
      const fiber g2([c2 = counted(1)] { throw some_error(); });
      g2.switch_to();
    });
    ASSERT_THROW(g1.switch_to(), some_error);
    ASSERT_EQ(counted::live(), 0);
  }
}

// A thousand nested objects. On the way down the first chain one destructor runs a fiber that destroys a second
// chain, and is left in the middle of that.
class chain {
 public:
  struct account {
    int created = 0;
    int destroyed = 0;
    int destroyed_in_fiber = 0;
    fiber main = fiber::current();
    fiber started_in;
    fiber background;
    words told;
  };

  static std::unique_ptr<chain> make(account& a, int length) {
    std::unique_ptr<chain> all;
    for (int i = length; i > 0; --i) all = std::make_unique<chain>(a, i, std::move(all));
    return all;
  }

  chain(account& a, int number, std::unique_ptr<chain> next) : account_(a), number_(number), next_(std::move(next)) {
    ++a.created;
  }
  chain(const chain&) = delete;
  chain& operator=(const chain&) = delete;

  ~chain() {
    account& a = account_;
    if (number_ == 500 && a.started_in == fiber()) {
      a.started_in = fiber::current();
      // Sanitizers multiply frames.
      a.background = fiber({.stack_size = 2U << 20U}, [&a] { make(a, 1000).reset(); });
      EXPECT_EQ(a.background.switch_to<int>(), 42);
    } else if (number_ == 40 && fiber::current() != a.main) {
      try {
        a.main.switch_to(42);
      } catch (const fiber_exit&) {
        a.told.emplace_back("fiber_exit");
      }
    }
    next_.reset();
    ++a.destroyed;
    a.destroyed_in_fiber += fiber::current() != a.main;
  }

 private:
  account& account_;
  int number_;
  std::unique_ptr<chain> next_;
};

TEST_F(greenlet_trash, test_it) {
  for (int i = 0; i < 30; ++i) {
    chain::account a;
    auto first = chain::make(a, 1000);
    EXPECT_EQ(a.created, 1000);
    EXPECT_EQ(a.destroyed, 0);
    first.reset();
    EXPECT_TRUE(a.started_in == a.main);
    EXPECT_TRUE(a.background) << "in the middle of its chain";
    EXPECT_EQ(a.destroyed, 1000);
    EXPECT_EQ(a.destroyed_in_fiber, 0);
    a.background = fiber();
    EXPECT_EQ(a.told, words{"fiber_exit"});
    EXPECT_EQ(a.created, 2000);
    EXPECT_EQ(a.destroyed, 2000);
    ASSERT_EQ(a.destroyed_in_fiber, 1000);
  }
}

}  // namespace
