// greenlet's test_weakref.py and test_gc.py. A std::weak_ptr to what a body holds stands for a weak reference to
// its fiber; what Python's collector frees, the end of the fiber frees here.
#include <memory>
#include <vector>

#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_weakref = support::nothing_left;
using greenlet_gc = support::nothing_left;

TEST_F(greenlet_weakref, test_dead_weakref) {
  auto token = std::make_shared<int>();
  const std::weak_ptr<int> weak = token;
  const fiber f([token = std::move(token)] {});
  EXPECT_FALSE(weak.expired());
  f.switch_to();
  EXPECT_TRUE(weak.expired()) << "at its end, though there is a handle";
}

TEST_F(greenlet_weakref, test_inactive_weakref) {
  auto token = std::make_shared<int>();
  const std::weak_ptr<int> weak = token;
  { const fiber f([token = std::move(token)] {}); }
  EXPECT_TRUE(weak.expired());
}

TEST_F(greenlet_weakref, test_dealloc_weakref) {
  struct holds {
    fiber other;
    std::shared_ptr<int> token;  // destroyed before `other`
    void operator()() const {}
  };
  std::vector<bool> seen;
  std::weak_ptr<int> weak;
  fiber g([&] {
    struct look {
      std::vector<bool>& seen;
      std::weak_ptr<int>& weak;
      ~look() { seen.push_back(weak.expired()); }
    } const at_end{seen, weak};
    to_parent();
  });
  g.switch_to();
  auto token = std::make_shared<int>();
  weak = token;
  fiber g2(holds{std::move(g), std::move(token)});
  EXPECT_FALSE(weak.expired());
  g2 = fiber();
  EXPECT_EQ(seen, std::vector{true}) << "g went with g2, which was gone by then";
}

TEST_F(greenlet_gc, test_dead_circular_ref) {
  fiber f([c = counted(1)] { return fiber::current(); });
  fiber itself = f.switch_to<fiber>();
  EXPECT_TRUE(itself == f);
  EXPECT_TRUE(itself.is_dead());
  EXPECT_EQ(counted::live(), 0) << "its result was its own handle, and it has been taken";
}

TEST_F(greenlet_gc, test_circular_greenlet) {
  auto own = std::make_shared<fiber>();
  *own = fiber([own, c = counted(1)] { to_parent(); });
  const fiber f = *own;
  const std::weak_ptr<fiber> weak = own;
  own.reset();
  f.switch_to();
  EXPECT_FALSE(weak.expired()) << "its body keeps itself";
  f.switch_to();
  EXPECT_TRUE(weak.expired()) << "until it has run";
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(greenlet_gc, test_inactive_ref) {
  struct owner {
    counted part{1};
    fiber self{[this] { run(); }};
    void run() const { ADD_FAILURE() << part.value(); }
  };
  { const owner o; }
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(greenlet_gc, test_finalizer_crash) {
  struct machine {
    std::vector<std::unique_ptr<counted>> parts;
    fiber worker;
  };
  words order;
  auto m = std::make_unique<machine>();
  m->parts.push_back(std::make_unique<counted>(1));
  m->worker = fiber([&, raw = m.get()] {
    raw->parts.push_back(std::make_unique<counted>(2));
    try {
      to_parent();
    } catch (const fiber_exit&) {
      order.emplace_back("exit");
      raw->parts.clear();  // of the object that is being destroyed
      throw;
    }
  });
  m->worker.switch_to();
  EXPECT_EQ(counted::live(), 2);
  m.reset();
  EXPECT_EQ(order, words{"exit"});
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(greenlet_gc, test_crashing_deferred_object) {
  std::vector<fiber> garbage;
  for (int i = 0; i < 10; ++i) garbage.push_back(suspended_with(counted(i)));
  fiber([&] { garbage.clear(); }).switch_to();
  EXPECT_EQ(counted::live(), 0);
  for (int i = 0; i < 10; ++i) garbage.push_back(suspended_with(counted(i)));
  const fiber collects([] { return coir::unwind_all(); });
  EXPECT_EQ(collects.switch_to<std::size_t>(), 10U);
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(greenlet_gc, test_cycle_in_suspended_frame) {
  struct node {
    counted c;
    std::shared_ptr<node> other;
  };
  fiber f([] {
    const auto a = std::make_shared<node>();
    const auto b = std::make_shared<node>();
    a->other = b;
    b->other = a;
    struct cut {
      node& n;
      ~cut() { n.other = nullptr; }  // nobody else would
    } const at_end{*a};
    to_parent();
  });
  fiber([&] { f.switch_to(); }).switch_to();
  fiber([] {}).switch_to();
  EXPECT_EQ(counted::live(), 2);
  f = fiber();
  EXPECT_EQ(counted::live(), 0);
}

}  // namespace
