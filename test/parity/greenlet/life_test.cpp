// greenlet's test_greenlet.py, TestGreenlet: how fibers go, on their own thread and on others.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <vector>

#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_greenlet = support::nothing_left;

TEST_F(greenlet_greenlet, test_dealloc) {
  words seen;
  fiber g1(waits_or_fails(seen));
  fiber g2(waits_or_fails(seen));
  g1.switch_to();
  g2.switch_to();
  EXPECT_EQ(seen, words{});
  g1 = fiber();
  EXPECT_EQ(seen, words{"fiber_exit"});
  g2 = fiber();
  EXPECT_EQ(seen, (words{"fiber_exit", "fiber_exit"}));
}

TEST_F(greenlet_greenlet, test_dealloc_catches_GreenletExit_throws_other) {
  fiber g({.name = "g"}, [] {
    try {
      to_parent();
    } catch (const fiber_exit&) {
      throw some_error();
    }
  });
  g.switch_to();
  EXPECT_NO_THROW(g = fiber());
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "some error");
  EXPECT_TRUE(names(reports[0].origin, "'g'"));
}

TEST_F(greenlet_greenlet, test_dealloc_other_thread) {
  words seen;
  std::thread::id unwound_by;
  fiber theirs;
  std::latch made(1);
  std::latch dropped(1);
  std::thread thread([&] {
    theirs = fiber([&, waits = waits_or_fails(seen)] {
      struct note {
        std::thread::id& by;
        ~note() { by = std::this_thread::get_id(); }
      } const at_end{unwound_by};
      waits();
    });
    theirs.switch_to();
    made.count_down();
    dropped.wait();
    EXPECT_EQ(seen, words{}) << "the drop ran nothing";
    const fiber next([] {});  // the first use of fibers after it
    EXPECT_EQ(seen, words{"fiber_exit"});
    EXPECT_EQ(unwound_by, std::this_thread::get_id());
  });
  made.wait();
  theirs = fiber();
  dropped.count_down();
  thread.join();
  EXPECT_EQ(seen, words{"fiber_exit"}) << "once";
}

TEST_F(greenlet_greenlet, test_parent_restored_on_kill) {
  const fiber hub([] {});
  const fiber main = fiber::current();
  fiber parent_meanwhile;
  fiber survivor;
  fiber g([&] {
    try {
      main.switch_to();
    } catch (const fiber_exit&) {
      parent_meanwhile = fiber::current().parent();
      survivor = fiber::current();
      parent_meanwhile.switch_to();
    }
  });
  g.set_parent(hub);
  g.switch_to();
  g = fiber();
  EXPECT_TRUE(parent_meanwhile == main);
  ASSERT_TRUE(survivor) << "it has stored itself";
  EXPECT_TRUE(survivor.parent() == hub);
  survivor.switch_to();
  EXPECT_TRUE(survivor.is_dead());
  EXPECT_TRUE(hub.is_dead()) << "its end went there";
}

TEST_F(greenlet_greenlet, test_parent_return_failure) {
  const fiber no_start({.name = "parent"}, [](std::string) { ADD_FAILURE() << "started"; });
  const fiber child([] {});
  child.set_parent(no_start);
  EXPECT_TRUE(names(text_of<bad_switch>([&] { child.switch_to(); }), "'parent'"));
  EXPECT_TRUE(child.is_dead());
}

// Errors come and go on both sides while one is on its way.
TEST_F(greenlet_greenlet, test_throw_exception_not_lost) {
  struct noisy {
    noisy() = default;
    noisy(const noisy&) noexcept { make_noise(); }
    static void make_noise() noexcept {
      try {
        throw std::runtime_error("side");
      } catch (const std::runtime_error&) {
      }
    }
    ~noisy() { make_noise(); }
  };
  const fiber unstarted([n = noisy()] {});
  EXPECT_THROW(unstarted.throw_to(some_error()), some_error);
  const fiber suspended([n = noisy()] {
    const noisy local;
    to_parent();
  });
  suspended.switch_to();
  EXPECT_THROW(suspended.throw_to(some_error()), some_error);
}

TEST_F(greenlet_greenlet, test_throw_to_dead_thread_doesnt_crash) {
  fiber theirs;
  on_a_thread([&] { theirs = suspended_with(counted(1)); });
  EXPECT_TRUE(names(text_of<bad_switch>([&] { theirs.throw_to(some_error()); }), "a thread that has ended"));
  EXPECT_TRUE(theirs.is_dead());
  EXPECT_EQ(counted::live(), 0) << "while a handle is kept";
}

TEST_F(greenlet_greenlet, test_throw_to_dead_thread_doesnt_crash_wait) {
  fiber theirs;
  on_a_thread([&] {
    theirs = fiber([] { to_parent(); });
    theirs.switch_to();
    theirs.switch_to();  // to its end
    EXPECT_TRUE(theirs.is_dead());
  });
  EXPECT_TRUE(names(text_of<bad_switch>([&] { theirs.throw_to(some_error()); }), "a thread that has ended"));
  EXPECT_THROW(theirs.throw_to(), bad_switch);
}

TEST_F(greenlet_greenlet, test_threaded_updatecurrent) {
  const fiber main = fiber::current();
  std::latch ready(1);
  std::latch dropped(1);
  std::latch inside(1);
  std::latch done(1);
  struct bomb {
    std::latch& inside;
    std::latch& done;
    const fiber& main;
    ~bomb() {
      inside.count_down();
      done.wait();  // in the middle of this thread's look at what others dropped
      EXPECT_FALSE(fiber::current() == main);
      EXPECT_TRUE(fiber::current().parent() == main);
      EXPECT_EQ(fiber([] { return 3; }).switch_to<int>(), 3);
    }
  };
  fiber first([&] {
    const bomb b{inside, done, main};
    to_parent();
  });
  first.switch_to();
  fiber second = suspended_with(counted(1));
  std::thread other([&] {
    ready.wait();
    first = fiber();
    dropped.count_down();
    inside.wait();
    EXPECT_EQ(fiber([] { return 4; }).switch_to<int>(), 4);
    second = fiber();
    done.count_down();
  });
  ready.count_down();
  dropped.wait();
  const fiber next([] { return 5; });
  EXPECT_TRUE(fiber::current() == main);
  EXPECT_EQ(next.switch_to<int>(), 5);
  EXPECT_EQ(counted::live(), 0) << "what was dropped meanwhile is gone by the second look";
  other.join();
}

TEST_F(greenlet_greenlet, test_dealloc_switch_args_not_lost) {
  fiber worker;
  fiber initiator;
  int unwound = 0;
  worker = fiber([&] {
    const int value = to_parent<int>();
    const fiber parent = fiber::current().parent();
    worker = fiber();  // the last handle
    initiator.set_parent(parent);
    struct note {
      int& n;
      ~note() { ++n; }
    } const at_end{unwound};
    parent.switch_to(value);
    ADD_FAILURE() << "unwound instead";
  });
  worker.switch_to();
  initiator = fiber([] { return 42; });
  initiator.set_parent(worker);
  EXPECT_EQ(initiator.switch_to<int>(), 42);
  fiber([] {}).switch_to();
  EXPECT_EQ(unwound, 1);
}

TEST_F(greenlet_greenlet, test_implicit_parent_with_threads) {
  const fiber main = fiber::current();
  constexpr int many = 200;
  std::vector<fiber> given(many);
  for (fiber& f : given) {
    f = fiber([] {
      struct busy {
        ~busy() { fiber([] { to_parent(); }).switch_to(); }
      } const b;
      to_parent();
    });
    f.switch_to();
  }
  std::atomic<int> dropped = 0;
  std::thread other([&] {
    for (fiber& f : given) {
      f = fiber();
      ++dropped;
    }
  });
  for (bool more = true; more;) {  // each making may unwind some of them, which make fibers of their own
    more = dropped != many;
    ASSERT_TRUE(fiber([] {}).parent() == main);
  }
  other.join();
}

TEST_F(greenlet_greenlet, test_issue_245_reference_counting_subclass_no_threads) {
  std::vector<fiber> stored;
  for (int i = 0; i < 10; ++i) {
    fiber([&stored, c = counted(i)] {
      try {
        to_parent();
      } catch (const fiber_exit&) {
        stored.push_back(fiber::current());
      }
    }).switch_to();
  }
  EXPECT_EQ(stored.size(), 10U);
  EXPECT_EQ(counted::live(), 0) << "they have ended, though they are stored";
  EXPECT_TRUE(std::ranges::all_of(stored, [](const fiber& f) { return f.is_dead(); }));
}

TEST_F(greenlet_greenlet, test_issue_245_reference_counting_subclass_threads) {
  constexpr std::size_t many = 50;
  std::vector<fiber> theirs(many);
  std::latch made(many);
  std::latch dropped(1);
  std::atomic<int> exits = 0;
  std::vector<std::thread> threads;
  for (fiber& mine : theirs) {
    threads.emplace_back([&] {
      mine = fiber([&exits, c = counted(1)] {
        try {
          to_parent();
        } catch (const fiber_exit&) {
          ++exits;
          throw;
        }
      });
      mine.switch_to();
      made.count_down();
      dropped.wait();
      fiber([] {}).switch_to();
    });
  }
  made.wait();
  EXPECT_EQ(counted::live(), static_cast<int>(many));
  theirs.clear();
  EXPECT_EQ(exits, 0);
  dropped.count_down();
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(exits, static_cast<int>(many));
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(greenlet_greenlet, test_switching_holding_critical_section_no_crash) {
  fiber g1;
  fiber g2;
  words order;
  const auto sorts = [&order](const char* name, const fiber& next) {
    std::vector<int> numbers{2, 1};
    bool once = true;
    std::ranges::sort(numbers, [&](int a, int b) {
      if (std::exchange(once, false)) {
        order.emplace_back(name);
        next.switch_to();
      }
      return a < b;
    });
    EXPECT_EQ(numbers, (std::vector{1, 2}));
    order.emplace_back(std::string(name) + " sorted");
  };
  g1 = fiber([&] {
    sorts("g1", g2);
    g2.switch_to();
  });
  g2 = fiber([&] {
    sorts("g2", g1);
    char byte = 1;
    const int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(::read(zero, &byte, 1), 1);
    ::close(zero);
    EXPECT_EQ(byte, 0);
    order.emplace_back("read");
  });
  g1.switch_to();
  EXPECT_EQ(order, (words{"g1", "g2", "g1 sorted", "g2 sorted", "read"}));
  EXPECT_TRUE(g2.is_dead());
  EXPECT_TRUE(g1) << "it waits for g2, whose end came here";
}

}  // namespace
