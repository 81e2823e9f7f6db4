// Each fiber has a C++ exception state of its own.
#include <array>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using exception_state = support::nothing_left;
using support::counted;
using support::to_parent;

std::string current_text() {
  try {
    if (!std::current_exception()) return "none";
    throw;
  } catch (const std::exception& e) {
    return e.what();
  }
}

TEST_F(exception_state, is_empty_in_a_fiber_that_a_handler_starts) {
  bool ran = false;
  try {
    throw std::runtime_error("outer");
  } catch (const std::runtime_error&) {
    const auto ours = std::current_exception();
    coir::fiber f([&] {
      ran = true;
      EXPECT_EQ(std::current_exception(), nullptr);
      EXPECT_EQ(std::uncaught_exceptions(), 0);
    });
    f.switch_to();
    EXPECT_EQ(std::current_exception(), ours);
    EXPECT_EQ(current_text(), "outer");
  }
  EXPECT_EQ(std::current_exception(), nullptr);
  EXPECT_TRUE(ran);
}

TEST_F(exception_state, is_kept_apart_when_both_sides_handle_something) {
  coir::fiber f([] {
    try {
      throw std::runtime_error("inner");
    } catch (const std::runtime_error&) {
      to_parent();
      EXPECT_EQ(current_text(), "inner");
      to_parent();
      EXPECT_EQ(current_text(), "inner");
    }
    EXPECT_EQ(std::current_exception(), nullptr);
    to_parent();
    EXPECT_EQ(std::current_exception(), nullptr);
  });
  f.switch_to();
  EXPECT_EQ(std::current_exception(), nullptr);
  try {
    throw std::logic_error("outer");
  } catch (const std::logic_error&) {
    f.switch_to();
    EXPECT_EQ(current_text(), "outer");
    f.switch_to();
    EXPECT_EQ(current_text(), "outer");
    f.switch_to();
    EXPECT_EQ(current_text(), "outer");
    EXPECT_TRUE(f.is_dead());
  }
  EXPECT_EQ(std::current_exception(), nullptr);
}

TEST_F(exception_state, lets_a_handler_rethrow_its_own_after_a_switch) {
  coir::fiber f([] {
    try {
      throw std::runtime_error("inner");
    } catch (const std::runtime_error&) {
      to_parent();
      throw;
    }
  });
  f.switch_to();
  std::string caught;
  try {
    try {
      throw std::logic_error("outer");
    } catch (const std::logic_error&) {
      try {
        f.switch_to();
      } catch (const std::runtime_error& e) {
        caught = e.what();
      }
      throw;
    }
  } catch (const std::logic_error& e) {
    caught += std::string(" ") + e.what();
  }
  EXPECT_EQ(caught, "inner outer");
}

TEST_F(exception_state, keeps_nested_handlers_in_order) {
  coir::fiber f([] {
    try {
      throw 1;
    } catch (int) {
      try {
        throw 2;
      } catch (int) {
        to_parent();
        try {
          throw;
        } catch (int n) {
          EXPECT_EQ(n, 2);
        }
      }
      to_parent();
      try {
        throw;
      } catch (int n) {
        EXPECT_EQ(n, 1);
      }
    }
  });
  f.switch_to();
  try {
    throw 3;
  } catch (int) {
    try {
      throw 4;
    } catch (int) {
      f.switch_to();
      EXPECT_THROW(throw, int);
    }
    f.switch_to();
    try {
      throw;
    } catch (int n) {
      EXPECT_EQ(n, 3);
    }
  }
  EXPECT_TRUE(f.is_dead());
}

// Runs code in its destructor.
template <class F>
struct at_end {
  F code;
  ~at_end() { code(); }
};
template <class F>
at_end(F) -> at_end<F>;

TEST_F(exception_state, counts_no_exception_in_a_fiber_that_an_unwinding_destructor_starts) {
  bool ran = false;
  try {
    const at_end guard{[&] {
      EXPECT_EQ(std::uncaught_exceptions(), 1);
      coir::fiber f([&] {
        EXPECT_EQ(std::uncaught_exceptions(), 0);
        EXPECT_EQ(std::current_exception(), nullptr);
        try {
          throw 5;
        } catch (int n) {
          ran = n == 5;
        }
        to_parent();
      });
      f.switch_to();
      EXPECT_EQ(std::uncaught_exceptions(), 1);
      f.switch_to();
      EXPECT_EQ(std::uncaught_exceptions(), 1);
    }};
    throw std::runtime_error("outer");
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "outer");
  }
  EXPECT_TRUE(ran);
  EXPECT_EQ(std::uncaught_exceptions(), 0);
}

TEST_F(exception_state, survives_a_switch_out_of_an_unwinding_destructor_in_a_fiber) {
  coir::fiber f([] {
    try {
      const at_end guard{[] {
        EXPECT_EQ(std::uncaught_exceptions(), 1);
        to_parent();
        EXPECT_EQ(std::uncaught_exceptions(), 1);
      }};
      throw std::runtime_error("inner");
    } catch (const std::runtime_error& e) {
      EXPECT_EQ(std::uncaught_exceptions(), 0);
      return std::string(e.what());
    }
    return std::string("lost");
  });
  f.switch_to();
  EXPECT_EQ(std::uncaught_exceptions(), 0);
  EXPECT_EQ(std::current_exception(), nullptr);
  try {
    throw 1;
  } catch (int) {
    EXPECT_EQ(f.switch_to<std::string>(), "inner");
    EXPECT_THROW(throw, int);
  }
}

TEST_F(exception_state, of_a_dying_fiber_is_its_own) {
  bool checked = false;
  coir::fiber f([&] {
    const at_end guard{[&] {
      EXPECT_EQ(std::uncaught_exceptions(), 1);
      EXPECT_EQ(std::current_exception(), nullptr) << "nothing is handled yet";
      checked = true;
    }};
    to_parent();
  });
  f.switch_to();
  try {
    throw std::runtime_error("outer");
  } catch (const std::runtime_error&) {
    f = coir::fiber();
    EXPECT_EQ(current_text(), "outer");
    EXPECT_EQ(std::uncaught_exceptions(), 0);
  }
  EXPECT_TRUE(checked);
}

TEST_F(exception_state, of_the_dropper_survives_a_switch_by_the_dying) {
  coir::fiber helper([] {
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_EQ(std::current_exception(), nullptr);
  });
  coir::fiber f([&] {
    const at_end guard{[&] {
      helper.set_parent(coir::fiber::current());
      helper.switch_to();
      EXPECT_EQ(std::uncaught_exceptions(), 1);
    }};
    to_parent();
  });
  f.switch_to();
  try {
    throw std::runtime_error("outer");
  } catch (const std::runtime_error&) {
    f = coir::fiber();
    EXPECT_EQ(current_text(), "outer");
  }
  EXPECT_TRUE(helper.is_dead());
}

TEST_F(exception_state, takes_in_an_error_that_ends_a_child) {
  try {
    throw std::runtime_error("outer");
  } catch (const std::runtime_error&) {
    coir::fiber f([] { throw std::logic_error("child"); });
    try {
      f.switch_to();
    } catch (const std::logic_error&) {
      EXPECT_EQ(current_text(), "child");
    }
    EXPECT_EQ(current_text(), "outer");
  }
}

// Suspends inside of `depth` nested try blocks, then throws its own object out of the innermost.
int suspended_in_try(int depth, int number) {
  if (depth == 0) {
    to_parent();
    throw counted(number);
  }
  try {
    return suspended_in_try(depth - 1, number);
  } catch (const std::runtime_error&) {
    return -1;
  }
}

TEST_F(exception_state, lets_four_fibers_in_try_blocks_at_different_depths_catch_their_own) {
  std::array<coir::fiber, 4> fibers;
  std::array<int, 4> caught{};
  for (int i = 0; i < 4; ++i) {
    auto& slot = caught[static_cast<std::size_t>(i)];
    fibers[static_cast<std::size_t>(i)] = coir::fiber([i, &slot] {
      try {
        suspended_in_try(i * 7, i + 1);
      } catch (const counted& c) {
        to_parent();
        slot = c.value();
        to_parent();
        try {
          throw;
        } catch (const counted& again) {
          slot += 10 * again.value();
        }
      }
    });
  }
  for (int round = 0; round < 4; ++round)
    for (const coir::fiber& f : fibers) f.switch_to();
  EXPECT_EQ(caught, (std::array{11, 22, 33, 44}));
  for (const coir::fiber& f : fibers) EXPECT_TRUE(f.is_dead());
}

TEST_F(exception_state, is_untangled_in_any_order_of_endings) {
  std::array<coir::fiber, 6> fibers;
  for (int i = 0; i < 6; ++i) {
    fibers[static_cast<std::size_t>(i)] = coir::fiber([i] {
      try {
        throw counted(i);
      } catch (const counted& c) {
        to_parent();
        EXPECT_EQ(c.value(), i);
        EXPECT_NE(std::current_exception(), nullptr);
      }
    });
    fibers[static_cast<std::size_t>(i)].switch_to();
  }
  for (const std::size_t i : {3U, 0U, 5U, 1U, 4U}) fibers[i].switch_to();
  EXPECT_EQ(std::current_exception(), nullptr);
  EXPECT_EQ(counted::live(), 1);
  fibers[2] = coir::fiber();  // unwound out of its handler
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(exception_state, of_a_chain_of_destructors_that_switch) {
  struct link {
    std::unique_ptr<link> next;
    counted c;
    int number = 0;
    ~link() {
      if (number % 100 == 50) {
        coir::fiber f([] {
          const counted mine(1);
          to_parent();
        });
        f.switch_to();
      }
    }
  };
  coir::fiber f({.stack_size = 4 << 20}, [] {
    std::unique_ptr<link> chain;
    for (int i = 0; i < 1000; ++i) chain.reset(new link{std::move(chain), counted(i), i});
    to_parent();
  });
  f.switch_to();
  EXPECT_EQ(counted::live(), 1000);
  f = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
}

}  // namespace
