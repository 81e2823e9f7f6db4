// Fibers and threads: a fiber runs on the thread that made it, whoever holds its handles.
#include <atomic>
#include <barrier>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "thrown.hpp"

namespace {

using threads = support::nothing_left;
using coir::bad_switch;
using support::counted;
using support::names;
using support::text_of;
using support::to_parent;

template <class F>
void on_a_thread(F&& code) {
  std::thread(std::forward<F>(code)).join();
}

TEST_F(threads, refuse_a_switch_to_another_ones_fiber_and_name_both) {
  bool ran = false;
  coir::fiber unstarted({.name = "parser"}, [&](int) { ran = true; });
  coir::fiber suspended({.name = "reader"}, [&] {
    to_parent();
    ran = true;
  });
  suspended.switch_to();
  on_a_thread([&] {
    coir::fiber::current().set_name("intruder");
    EXPECT_TRUE(names(text_of<bad_switch>([&] { unstarted.switch_to(1); }), "parser", "intruder"));
    EXPECT_TRUE(names(text_of<bad_switch>([&] { suspended.switch_to(); }), "reader", "intruder"));
    EXPECT_THROW(suspended.throw_to(std::runtime_error("x")), bad_switch);
    EXPECT_THROW(suspended.throw_to(), bad_switch);
    EXPECT_THROW(unstarted.throw_to(), bad_switch);
  });
  EXPECT_FALSE(ran);
  EXPECT_TRUE(suspended);
  EXPECT_FALSE(unstarted.is_dead());
  suspended.switch_to();
  EXPECT_TRUE(ran);
  unstarted.switch_to(1);
}

TEST_F(threads, refuse_a_switch_to_another_ones_own_fiber) {
  const coir::fiber me = coir::fiber::current();
  on_a_thread([&] { EXPECT_THROW(me.switch_to(), bad_switch); });
}

TEST_F(threads, refuse_a_switch_to_another_ones_dead_fiber) {
  coir::fiber dead([] {});
  dead.switch_to();
  on_a_thread([&] { EXPECT_THROW(dead.switch_to(), bad_switch); });
}

TEST_F(threads, have_a_fiber_of_their_own_each) {
  const coir::fiber me = coir::fiber::current();
  on_a_thread([&] {
    EXPECT_FALSE(coir::fiber::current() == me);
    EXPECT_TRUE(coir::fiber::current());
    coir::fiber f([] { return 1; });
    EXPECT_EQ(f.switch_to<int>(), 1);
  });
}

TEST_F(threads, that_drop_another_ones_fiber_run_nothing_of_it) {
  std::atomic<std::thread::id> unwound_by{};
  coir::fiber f([&] {
    struct at_end {
      std::atomic<std::thread::id>& by;
      ~at_end() { by = std::this_thread::get_id(); }
    } const guard{unwound_by};
    to_parent();
  });
  f.switch_to();
  on_a_thread([g = std::move(f), &unwound_by]() mutable {
    g = coir::fiber();
    EXPECT_EQ(unwound_by.load(), std::thread::id());
  });
  coir::fiber next([] {});
  next.switch_to();
  EXPECT_EQ(unwound_by.load(), std::this_thread::get_id()) << "the owner's next use unwinds it";
}

TEST_F(threads, that_drop_an_unstarted_fiber_destroy_nothing_of_it) {
  coir::fiber f([c = counted(1)] {});
  on_a_thread([g = std::move(f)]() mutable {
    g = coir::fiber();
    EXPECT_EQ(counted::live(), 1);
  });
  coir::fiber next([] {});
  next.switch_to();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(threads, may_copy_and_drop_handles_of_another_one) {
  coir::fiber f([c = counted(1)] { to_parent(); });
  f.switch_to();
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([f] {
      for (int k = 0; k < 1000; ++k) {
        const coir::fiber copy = f;
        const std::vector<coir::fiber> more(3, copy);
      }
    });
  }
  for (int k = 0; k < 1000; ++k) const coir::fiber copy = f;
  for (std::thread& t : others) t.join();
  EXPECT_TRUE(f);
  EXPECT_EQ(counted::live(), 1);
  f.switch_to();
  EXPECT_TRUE(f.is_dead());
}

TEST_F(threads, may_keep_a_handle_after_the_owner_dropped_its_last) {
  coir::fiber f([c = counted(1)] {
    to_parent();
    to_parent();
  });
  f.switch_to();
  std::latch copied(1), dropped(1);
  std::thread other([&] {
    const coir::fiber copy = f;
    copied.count_down();
    dropped.wait();
  });
  copied.wait();
  f = coir::fiber();
  EXPECT_EQ(counted::live(), 1) << "another thread holds it";
  dropped.count_down();
  other.join();
  coir::fiber([] {}).switch_to();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(threads, unwind_their_suspended_fibers_when_they_end) {
  int exits = 0;
  coir::fiber outlives;
  on_a_thread([&] {
    const auto body = [&exits, c = counted(1)] {
      try {
        to_parent();
      } catch (const coir::fiber_exit&) {
        ++exits;
        throw;
      }
    };
    outlives = coir::fiber(body);
    outlives.switch_to();
    static thread_local coir::fiber of_the_thread;
    of_the_thread = coir::fiber(body);
    of_the_thread.switch_to();
  });
  EXPECT_EQ(exits, 2);
  EXPECT_EQ(counted::live(), 0);
  EXPECT_TRUE(outlives.is_dead());
  EXPECT_FALSE(outlives);
  EXPECT_THROW(outlives.switch_to(), bad_switch);
}

TEST_F(threads, unwind_fibers_that_only_hold_themselves_when_they_end) {
  on_a_thread([] {
    coir::fiber f([c = counted(1)] {
      const coir::fiber self = coir::fiber::current();
      to_parent();
    });
    f.switch_to();
  });
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(threads, unwind_what_others_dropped_when_they_end_without_another_call) {
  std::latch made(1), dropped(1);
  coir::fiber f;
  std::thread owner([&] {
    f = coir::fiber([c = counted(1)] { to_parent(); });
    f.switch_to();
    made.count_down();
    dropped.wait();
    EXPECT_EQ(counted::live(), 1);
  });
  made.wait();
  f = coir::fiber();
  EXPECT_EQ(counted::live(), 1);
  dropped.count_down();
  owner.join();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(threads, that_ended_leave_handles_which_can_be_used_and_dropped) {
  std::vector<coir::fiber> left;
  on_a_thread([&] {
    left.push_back(coir::fiber::current());
    left.emplace_back([c = counted(1)] {});
    left.emplace_back([c = counted(2)] { to_parent(); });
    left.back().switch_to();
    left.emplace_back([] {});
    left.back().switch_to();
  });
  for (const coir::fiber& f : left) {
    EXPECT_FALSE(f) << coir::to_string(f);
    EXPECT_THROW(f.switch_to(), bad_switch);
    EXPECT_THROW(f.throw_to(std::runtime_error("x")), bad_switch);
    const coir::fiber copy = f;
    EXPECT_TRUE(copy == f);
  }
  left.clear();
  EXPECT_EQ(counted::live(), 0) << "the unstarted one's captures are gone too";
}

TEST_F(threads, report_an_error_of_unwinding_at_their_end) {
  on_a_thread([] {
    static thread_local coir::fiber f;
    f = coir::fiber({.name = "parser"}, [] {
      try {
        to_parent();
      } catch (const coir::fiber_exit&) {
        throw std::runtime_error("too late");
      }
    });
    f.switch_to();
  });
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "too late");
  EXPECT_TRUE(names(reports[0].origin, "parser"));
}

TEST_F(threads, may_end_by_the_hundred_with_suspended_fibers) {
  for (int i = 0; i < 100; ++i) {
    on_a_thread([] {
      static thread_local std::vector<coir::fiber> fibers;
      for (int k = 0; k < 10; ++k) {
        fibers.emplace_back([c = counted(k)] { to_parent(); });
        fibers.back().switch_to();
      }
    });
    ASSERT_EQ(counted::live(), 0);
  }
}

TEST_F(threads, run_the_first_program_at_once_on_ten) {
  std::vector<std::thread> all;
  for (int i = 0; i < 10; ++i) {
    all.emplace_back([] {
      std::vector<int> order;
      coir::fiber f([&] {
        for (int k = 0; k < 1000; ++k) {
          order.push_back(2 * k + 1);
          to_parent();
        }
      });
      for (int k = 0; k < 1000; ++k) {
        order.push_back(2 * k);
        f.switch_to();
      }
      for (std::size_t k = 0; k < order.size(); ++k) ASSERT_EQ(order[k], static_cast<int>(k));
    });
  }
  for (std::thread& t : all) t.join();
}

// greenlet's test_switching_many_threads.
TEST_F(threads, by_the_sixteen_that_switch_to_sixteen_others_fibers_are_refused) {
  constexpr int pairs = 16;
  for (int round = 0; round < 20; ++round) {
    std::vector<coir::fiber> fibers(pairs);
    std::barrier made(2 * pairs);
    std::atomic<int> refused = 0;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < pairs; ++i) {
      all.emplace_back([&, i] {
        fibers[i] = coir::fiber([&wrong, c = counted(1)] {
          to_parent();
          ++wrong;
        });
        fibers[i].switch_to();
        made.arrive_and_wait();
      });  // and ends, while the other one tries
      all.emplace_back([&, i] {
        made.arrive_and_wait();
        for (int k = 0; k < 10; ++k) {
          try {
            fibers[i].switch_to();
            ++wrong;
          } catch (const bad_switch&) {
            ++refused;
          }
        }
        fibers[i] = coir::fiber();
      });
    }
    for (std::thread& t : all) t.join();
    ASSERT_EQ(refused, pairs * 10);
    ASSERT_EQ(wrong, 0);
    ASSERT_EQ(counted::live(), 0);
  }
}

}  // namespace
