// A fiber that is to leave, and would rather stay.
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using unwinding = support::nothing_left;
using support::counted;
using support::to_parent;

TEST_F(unwinding, comes_again_at_the_next_switch_after_it_was_swallowed) {
  std::vector<int> steps;
  coir::fiber f([&, c = counted(1)] {
    for (int i = 0; i < 10; ++i) {
      try {
        to_parent();
      } catch (...) {
        steps.push_back(i);
      }
    }
    steps.push_back(100);
  });
  f.switch_to();
  f.switch_to();
  f = coir::fiber();
  EXPECT_EQ(steps, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 100}));
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(unwinding, comes_again_whichever_fiber_is_switched_to) {
  int visits = 0;
  int exits = 0;
  const coir::fiber other([&] {
    ++visits;
    to_parent();
    ++visits;
  });
  coir::fiber f([&] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
    }
    try {
      other.switch_to();
    } catch (const coir::fiber_exit&) {
      ++exits;
      throw;
    }
  });
  f.switch_to();
  f = coir::fiber();
  EXPECT_EQ(exits, 1);
  EXPECT_EQ(visits, 0) << "the switch did not happen";
}

TEST_F(unwinding, lets_a_handler_switch_to_clean_up) {
  std::vector<std::string> order;
  const coir::fiber helper([&] {
    for (;;) {
      order.emplace_back("helps");
      to_parent();
    }
  });
  coir::fiber f([&] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
      helper.set_parent(coir::fiber::current());
      helper.switch_to();
      order.emplace_back("leaves");
      throw;
    }
  });
  f.switch_to();
  f = coir::fiber();
  EXPECT_EQ(order, (std::vector<std::string>{"helps", "leaves"}));
}

TEST_F(unwinding, is_given_up_when_refused_too_often_and_the_fiber_is_named) {
  int refusals = 0;
  testing::internal::CaptureStderr();
  std::thread([&] {
    coir::fiber f({.name = "stubborn"}, [&] {
      for (; refusals < 150; ++refusals) {
        try {
          to_parent();
        } catch (...) {
        }
      }
    });
    f.switch_to();
    f = coir::fiber();
    EXPECT_EQ(refusals, 101) << "one raised, then a hundred more";
  }).join();
  EXPECT_EQ(refusals, 150) << "the thread's end asked again, until it was through";
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("'stubborn'"), std::string::npos) << told;
  EXPECT_NE(told.find("refuses to end"), std::string::npos) << told;
}

TEST_F(unwinding, lets_a_destructor_switch_to_the_dropper_and_goes_on_after_it) {
  std::vector<std::string> order;
  struct farewell {
    std::vector<std::string>& order;
    ~farewell() {
      order.emplace_back("waits");
      to_parent();
      order.emplace_back("waited");
    }
  };
  coir::fiber f([&, c = counted(1)] {
    const farewell last{order};
    to_parent();
  });
  f.switch_to();
  f = coir::fiber();
  order.emplace_back("dropped");
  EXPECT_EQ(order, (std::vector<std::string>{"waits", "waited", "dropped"}));
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(unwinding, takes_no_switch_of_a_destructor_for_a_refusal) {
  struct waits {
    int& waited;
    ~waits() {
      to_parent();
      ++waited;
    }
  };
  struct nested {
    static void descend(int depth, int& waited) {
      const waits w{waited};
      if (depth > 1) return descend(depth - 1, waited);
      to_parent();
    }
  };
  int waited = 0;
  coir::fiber f([&] { nested::descend(200, waited); });
  f.switch_to();
  testing::internal::CaptureStderr();
  f = coir::fiber();
  EXPECT_EQ(waited, 200);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(unwinding, meets_a_fiber_that_waits_in_a_destructor_of_another_unwinding) {
  std::vector<std::string> order;
  struct waits {
    std::vector<std::string>& order;
    ~waits() {
      to_parent();
      order.emplace_back("destroyed");
    }
  };
  coir::fiber f([&] {
    try {
      const waits w{order};
      throw std::runtime_error("x");
    } catch (const std::runtime_error&) {
      order.emplace_back("caught");
    }
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
      order.emplace_back("exit");
      throw;
    }
  });
  f.switch_to();
  f = coir::fiber();
  EXPECT_EQ(order, (std::vector<std::string>{"destroyed", "caught", "exit"}));
}

TEST_F(unwinding, a_throw_to_that_is_caught_is_not_repeated) {
  int caught = 0;
  const coir::fiber f([&] {
    try {
      to_parent();
    } catch (const coir::fiber_exit&) {
      ++caught;
    }
    to_parent();
    return 7;
  });
  f.switch_to();
  f.throw_to();
  EXPECT_EQ(caught, 1);
  EXPECT_EQ(f.switch_to<int>(), 7);
}

TEST_F(unwinding, of_all_reaches_every_suspended_fiber_of_the_thread) {
  std::vector<int> ended;
  std::vector<coir::fiber> fibers;
  for (int i = 0; i < 5; ++i) {
    fibers.emplace_back([&ended, i, c = counted(i)] {
      struct end {
        std::vector<int>& ended;
        int i;
        ~end() { ended.push_back(i); }
      } const e{ended, i};
      to_parent();
    });
    if (i != 4) fibers.back().switch_to();
  }
  EXPECT_EQ(coir::unwind_all(), 4U);
  EXPECT_EQ(ended.size(), 4U);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(fibers[static_cast<std::size_t>(i)].is_dead());
  EXPECT_FALSE(fibers[4].is_dead()) << "it had not been started";
  EXPECT_EQ(coir::unwind_all(), 0U);
  EXPECT_EQ(counted::live(), 1);
  fibers.clear();
  coir::fiber([] {}).switch_to();
}

TEST_F(unwinding, of_all_does_not_let_a_stored_handle_save_a_fiber) {
  coir::fiber store;
  int exits = 0;
  coir::fiber f([&] {
    for (int i = 0; i < 3; ++i) {
      try {
        to_parent();
      } catch (const coir::fiber_exit&) {
        store = coir::fiber::current();
        ++exits;
      }
    }
  });
  f.switch_to();
  EXPECT_EQ(coir::unwind_all(), 1U);
  EXPECT_EQ(exits, 3);
  EXPECT_TRUE(store.is_dead());
}

TEST_F(unwinding, of_all_may_be_asked_for_by_a_fiber_and_spares_it) {
  coir::fiber first([c = counted(1)] { to_parent(); });
  first.switch_to();
  std::size_t unwound = 0;
  const coir::fiber f([&] {
    unwound = coir::unwind_all();
    return 5;
  });
  EXPECT_EQ(f.switch_to<int>(), 5);
  EXPECT_EQ(unwound, 1U);
  EXPECT_TRUE(first.is_dead());
}

TEST_F(unwinding, of_all_spares_a_fiber_that_waits_for_another_to_unwind) {
  std::size_t unwound = 99;
  coir::fiber victim([&] {
    struct end {
      std::size_t& unwound;
      ~end() { unwound = coir::unwind_all(); }
    } const e{unwound};
    to_parent();
  });
  victim.switch_to();
  const coir::fiber killer([&] {
    victim = coir::fiber();
    return 6;
  });
  EXPECT_EQ(killer.switch_to<int>(), 6);
  EXPECT_EQ(unwound, 0U);
}

TEST_F(unwinding, of_all_happens_before_the_threads_other_thread_locals_go) {
  static thread_local std::vector<int>* log = nullptr;
  static thread_local struct guard {
    ~guard() { log = nullptr; }
  } const alive{};
  std::vector<int> seen;
  std::thread([&] {
    static_cast<void>(alive);
    log = &seen;
    coir::fiber f([] {
      struct end {
        ~end() {
          if (log) log->push_back(1);
        }
      } const e{};
      to_parent();
    });
    f.switch_to();
    EXPECT_EQ(coir::unwind_all(), 1U);
    EXPECT_EQ(seen, std::vector<int>{1});
  }).join();
}

}  // namespace
