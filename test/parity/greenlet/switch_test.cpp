// greenlet's test_greenlet.py, TestGreenlet: switching, values, parents, and who gets what.
#include <latch>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_greenlet = support::nothing_left;

void two_steps() {
  std::vector<int> order;
  const fiber f([&] {
    order.push_back(1);
    to_parent();
    order.push_back(3);
  });
  order.push_back(0);
  f.switch_to();
  order.push_back(2);
  f.switch_to();
  order.push_back(4);
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST_F(greenlet_greenlet, test_simple) { two_steps(); }

TEST_F(greenlet_greenlet, test_switch_no_run_raises_AttributeError) {
  const fiber none;
  EXPECT_TRUE(names(text_of<bad_switch>([&] { none.switch_to(); }), "empty", "main fiber"));
}

TEST_F(greenlet_greenlet, test_throw_no_run_raises_AttributeError) {
  const fiber none;
  EXPECT_TRUE(names(text_of<bad_switch>([&] { none.throw_to(some_error()); }), "empty"));
  EXPECT_TRUE(names(text_of<bad_switch>([&] { none.throw_to(); }), "empty"));
}

TEST_F(greenlet_greenlet, test_parent_equals_None) {
  const fiber f([] {});
  EXPECT_TRUE(f.parent() == fiber::current());
}

TEST_F(greenlet_greenlet, test_run_equals_None) {
  const fiber f{std::function<void()>()};
  EXPECT_TRUE(f != fiber());
  EXPECT_FALSE(f.is_dead());
  EXPECT_THROW(f.switch_to(), std::bad_function_call) << "the body's error, and so its parent's";
  EXPECT_TRUE(f.is_dead());
}

TEST_F(greenlet_greenlet, test_two_children) {
  std::vector<int> order;
  const auto body = [&] {
    order.push_back(1);
    to_parent();
    order.insert(order.end(), 2, 1);
  };
  const fiber g(body);
  const fiber h(body);
  g.switch_to();
  EXPECT_EQ(order.size(), 1U);
  h.switch_to();
  EXPECT_EQ(order.size(), 2U);
  h.switch_to();
  EXPECT_EQ(order.size(), 4U);
  EXPECT_TRUE(h.is_dead());
  EXPECT_FALSE(g.is_dead());
  g.switch_to();
  EXPECT_EQ(order.size(), 6U);
  EXPECT_TRUE(g.is_dead());
}

TEST_F(greenlet_greenlet, test_two_recursive_children) {
  words order;
  const auto token = std::make_shared<int>();
  const auto inner = [&order, token] {
    order.emplace_back("b");
    to_parent();
  };
  const fiber g([&order, inner] {
    order.emplace_back("a");
    const fiber f(inner);
    f.switch_to();
    order.emplace_back("c");
  });
  EXPECT_EQ(token.use_count(), 3) << "here, in inner, in g's body";
  g.switch_to();
  EXPECT_EQ(order, (words{"a", "b", "c"}));
  EXPECT_EQ(token.use_count(), 2) << "f was unwound, and g has ended";
}

TEST_F(greenlet_greenlet, test_threads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i) threads.emplace_back(two_steps);
  for (std::thread& t : threads) t.join();
}

TEST_F(greenlet_greenlet, test_exception) {
  words seen;
  const fiber g1(waits_or_fails(seen));
  const fiber g2(waits_or_fails(seen));
  g1.switch_to();
  g2.switch_to();
  g2.set_parent(g1);
  EXPECT_EQ(seen, words{});
  EXPECT_THROW(g2.switch_to(), some_error);
  EXPECT_EQ(seen, words{"some error"}) << "g2's error, in g1";
  EXPECT_TRUE(g1.is_dead());
  EXPECT_NO_THROW(g2.switch_to()) << "comes out here, where both go when they are dead";
  EXPECT_EQ(g2.switch_to<int>(25), 25);
  EXPECT_EQ(seen, words{"some error"});
}

TEST_F(greenlet_greenlet, test_send_exception) {
  words seen;
  const fiber g(waits_or_fails(seen));
  g.switch_to();
  const fiber crasher([] { throw std::out_of_range("key"); });
  crasher.set_parent(g);
  EXPECT_THROW(crasher.switch_to(), std::out_of_range);
  EXPECT_EQ(seen, words{"key"});
}

TEST_F(greenlet_greenlet, test_thread_bug) {
  std::latch both_inside(2);
  std::latch go_on(1);
  int done[2] = {};
  std::vector<std::thread> threads;
  for (int& mine : done) {
    threads.emplace_back([&] {
      fiber([&] {
        both_inside.count_down();
        go_on.wait();
        mine = 1;
      }).switch_to();
      ++mine;
    });
  }
  both_inside.wait();
  go_on.count_down();
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(done[0], 2);
  EXPECT_EQ(done[1], 2);
}

// What Python's keywords are for, a type with named members does here.
struct named {
  int a;
  int b;
};

TEST_F(greenlet_greenlet, test_switch_kwargs) {
  const fiber f([](named n) {
    EXPECT_EQ(n.a, 4);
    EXPECT_EQ(n.b, 2);
    return 42;
  });
  EXPECT_EQ(f.switch_to<int>(named{.a = 4, .b = 2}), 42);
}

TEST_F(greenlet_greenlet, test_switch_kwargs_to_parent) {
  const fiber f([](int x) {
    to_parent();
    to_parent(x);
    to_parent(2, x);
    to_parent(named{.a = x, .b = 0});
    to_parent(2, named{.a = x, .b = 0});
    return std::tuple(x, x * x);
  });
  EXPECT_NO_THROW(f.switch_to(3)) << "no value";
  EXPECT_EQ(f.switch_to<int>(), 3) << "one is itself";
  EXPECT_EQ((f.switch_to<std::tuple<int, int>>()), std::tuple(2, 3)) << "several are a tuple";
  EXPECT_EQ(f.switch_to<named>().a, 3);
  EXPECT_EQ((std::get<named>(f.switch_to<std::tuple<int, named>>()).a), 3);
  EXPECT_EQ((f.switch_to<std::tuple<int, int>>()), std::tuple(3, 9)) << "the result";
}

TEST_F(greenlet_greenlet, test_switch_to_another_thread) {
  std::latch made(1);
  std::latch tried(1);
  fiber theirs;
  std::thread thread([&] {
    theirs = fiber({.name = "theirs"}, [] { ADD_FAILURE() << "ran on a foreign thread"; });
    made.count_down();
    tried.wait();
  });
  made.wait();
  EXPECT_TRUE(names(text_of<bad_switch>([&] { theirs.switch_to(); }), "'theirs'", "main fiber", "belongs to thread"));
  EXPECT_FALSE(theirs.is_dead());
  tried.count_down();
  thread.join();
}

TEST_F(greenlet_greenlet, test_exc_state) {
  const fiber g([] {
    EXPECT_EQ(std::current_exception(), nullptr);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
  });
  fiber([&] {
    try {
      throw some_error();
    } catch (const some_error& e) {
      const auto before = std::current_exception();
      g.switch_to();
      EXPECT_EQ(std::current_exception(), before);
      EXPECT_THROW(throw, some_error);
    }
  }).switch_to();
  EXPECT_TRUE(g.is_dead());
}

TEST_F(greenlet_greenlet, test_instance_dict) {
  struct attributes {
    int test = 0;
  } own;
  coir::fiber_local<int> local(7);
  const fiber f([&] {
    static_cast<attributes*>(fiber::current().user_pointer())->test = 42;
    *local = 42;
  });
  EXPECT_EQ(f.user_pointer(), nullptr);
  f.set_user_pointer(&own);
  f.switch_to();
  EXPECT_EQ(own.test, 42);
  EXPECT_EQ(f.user_pointer(), &own) << "also of a dead one";
  EXPECT_EQ(*local, 7) << "this fiber's own";
  local.reset();
}

TEST_F(greenlet_greenlet, test_running_greenlet_has_no_run) {
  long inside = 0;
  const auto token = std::make_shared<int>();
  const fiber f([&inside, token] { inside = token.use_count(); });
  EXPECT_EQ(token.use_count(), 2);
  f.switch_to();
  EXPECT_EQ(inside, 2) << "the body is run where it is, not copied";
  EXPECT_EQ(token.use_count(), 1) << "and gone at the end, whoever still has a handle";
}

// A copy of the handle means the same fiber; nothing copies a fiber.
TEST_F(greenlet_greenlet, test_deepcopy) {
  const fiber f([own = std::make_unique<int>(1)] { return *own; });
  const fiber copy = f;
  EXPECT_TRUE(copy == f);
  EXPECT_EQ(copy.switch_to<int>(), 1);
  EXPECT_TRUE(f.is_dead());
}

TEST_F(greenlet_greenlet, test_abstract_subclasses) {
  struct runnable {
    virtual ~runnable() = default;
    virtual int run() = 0;
    fiber self{[this] { return run(); }};
  };
  struct bad : runnable {};
  struct good : runnable {
    int run() override { return 5; }
  };
  static_assert(std::is_abstract_v<bad>);
  const good g;
  EXPECT_EQ(g.self.switch_to<int>(), 5);
}

TEST_F(greenlet_greenlet, test_falling_off_end_switches_to_unstarted_parent_raises_error) {
  bool ran = false;
  const fiber parent({.name = "no_args"}, [&] { ran = true; });
  const fiber child({.name = "leaf"}, [] { return 42; });
  child.set_parent(parent);
  EXPECT_TRUE(names(text_of<bad_switch>([&] { child.switch_to(); }), "no_args", "nothing", "leaf", "int"));
  EXPECT_FALSE(ran);
  EXPECT_FALSE(parent.is_dead());
}

TEST_F(greenlet_greenlet, test_falling_off_end_switches_to_unstarted_parent_works) {
  const fiber parent([](int x) { return std::tuple(x, 24); });
  const fiber child([] { return 42; });
  child.set_parent(parent);
  EXPECT_EQ((child.switch_to<std::tuple<int, int>>()), std::tuple(42, 24));
  EXPECT_TRUE(parent.is_dead());
}

TEST_F(greenlet_greenlet, test_switch_to_dead_greenlet_with_unstarted_perverse_parent) {
  std::vector<int> seen;
  const fiber parent([](std::string) { ADD_FAILURE() << "started"; });
  const fiber child([&] { seen.push_back(42); });
  child.set_parent(parent);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(child.switch_to(), bad_switch);
    EXPECT_EQ(seen, std::vector{42});
    EXPECT_TRUE(child.is_dead());
    EXPECT_FALSE(parent.is_dead());
  }
}

TEST_F(greenlet_greenlet, test_switch_to_dead_greenlet_reparent) {
  std::vector<int> seen;
  const fiber parent([&] { seen.push_back(24); });
  const fiber child([&] { seen.push_back(42); });
  child.switch_to();
  EXPECT_EQ(seen, std::vector{42});
  child.set_parent(parent);
  child.switch_to();
  EXPECT_EQ(seen, (std::vector{42, 24}));
}

}  // namespace
