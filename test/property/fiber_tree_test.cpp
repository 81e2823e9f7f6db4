// Random trees of explicit fibers that do random things to each other, legal and illegal, against a model
// which says who goes on with what.
#include <deque>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"

namespace {

using fiber_tree = support::nothing_left;

struct tagged : std::runtime_error {
  explicit tagged(int n) : std::runtime_error("tagged"), number(n) {}
  int number;
};

class world {
 public:
  world(unsigned seed, int steps) : random_(seed), limit_(steps) {
    nodes_.push_back({coir::fiber::current(), -1, state::live});
  }

  // Runs until main is reached after the last step; then drops everything.
  void run() {
    live(0);
    check_all();
    for (node& n : nodes_) {
      const coir::fiber dropped = std::move(n.handle);
    }
    for (std::size_t i = 1; i < nodes_.size(); ++i)
      EXPECT_EQ(nodes_[i].starts, nodes_[i].ends) << "fiber " << i << " was started and left as often";
    EXPECT_EQ(support::counted::live(), 0);
  }

  [[nodiscard]] int steps() const { return step_; }
  [[nodiscard]] std::size_t fibers() const { return nodes_.size(); }

 private:
  enum class state { unstarted, live, dead, gone };
  enum class kind { value, error, refused };
  struct node {
    coir::fiber handle;
    int parent;
    state is;
    int starts = 0;
    int ends = 0;
  };
  struct arrival {
    int at = 0;
    kind what = kind::value;
    int number = 0;
    friend bool operator==(const arrival&, const arrival&) = default;
  };

  node& at(int id) { return nodes_[static_cast<std::size_t>(id)]; }
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  // A fiber that is not gone; it may be dead, unstarted, main or the current one.
  int pick() {
    for (;;) {
      const int id = below(static_cast<int>(nodes_.size()));
      if (at(id).is != state::gone) return id;
    }
  }

  int living(int id) {
    while (at(id).is == state::dead) id = at(id).parent;
    return id;
  }

  bool has_children(int id) {
    for (const node& n : nodes_)
      if (n.parent == id && n.is != state::gone) return true;
    return false;
  }

  void arrived(const arrival& got) {
    if (!(got == expected_))
      ADD_FAILURE() << "step " << step_ << ": fiber " << got.at << " got " << static_cast<int>(got.what) << '/'
                    << got.number << ", yet fiber " << expected_.at << " was to get "
                    << static_cast<int>(expected_.what) << '/' << expected_.number;
    EXPECT_TRUE(coir::fiber::current() == at(got.at).handle) << "step " << step_;
  }

  // What the model expects to follow.
  int send_value(int target) {
    target = living(target);
    at(target).is = state::live;
    expected_ = {target, kind::value, ++number_};
    return number_;
  }
  int send_error(int target) {
    for (target = living(target); at(target).is == state::unstarted; target = living(target)) at(target).is = state::dead;
    expected_ = {target, kind::error, ++number_};
    return number_;
  }

  template <class F>
  void leave(int id, F&& go) {
    try {
      const int got = go();
      arrived({id, kind::value, got});
    } catch (const tagged& e) {
      arrived({id, kind::error, e.number});
    } catch (const coir::bad_switch&) {
      arrived({id, kind::refused, 0});
    }
  }

  void create(int id) {
    if (nodes_.size() - static_cast<std::size_t>(gone_) > 30) return;
    const int child = static_cast<int>(nodes_.size());
    nodes_.push_back({{}, id, state::unstarted});
    at(child).handle = coir::fiber({.stack_size = 128 * 1024}, [this, child, c = support::counted(child)](int n) {
      ++at(child).starts;
      struct end {
        node& self;
        ~end() { ++self.ends; }
      } const count{at(child)};
      arrived({child, kind::value, n});
      return live(child);
    });
  }

  void reparent(int child, int parent) {
    bool cycle = false;
    for (int p = parent; p >= 0; p = at(p).parent) cycle = cycle || p == child;
    try {
      at(child).handle.set_parent(at(parent).handle);
      EXPECT_FALSE(cycle || child == 0) << "step " << step_;
      at(child).parent = parent;
    } catch (const std::invalid_argument&) {
      EXPECT_TRUE(cycle && child != 0) << "step " << step_;
    } catch (const std::logic_error&) {
      EXPECT_EQ(child, 0) << "step " << step_;
    }
  }

  void drop(int id, int target) {
    if (target == 0 || target == id || has_children(target)) return;
    node& n = at(target);
    const bool unwinds = n.is == state::live;
    const int ends = n.ends;
    n.is = state::gone;
    ++gone_;
    n.handle = coir::fiber();
    EXPECT_EQ(n.ends, ends + unwinds) << "step " << step_;
  }

  void exit_in(int id, int target) {
    if (target == 0 || target == id || at(target).is != state::live) return;
    at(target).is = state::dead;
    const int heir = living(target);
    if (at(heir).is == state::unstarted) {  // whether it is ended as well is nobody's promise
      at(target).is = state::live;
      return;
    }
    expected_ = {heir, kind::refused, 0};  // an int is waited for, and there is none
    leave(id, [&] { return at(target).handle.throw_to<int>(); });
  }

  void check(int id) {
    const node& n = at(id);
    if (n.is == state::gone) return;
    EXPECT_EQ(n.handle.is_dead(), n.is == state::dead) << "step " << step_ << " fiber " << id;
    EXPECT_EQ(static_cast<bool>(n.handle), n.is == state::live) << "step " << step_ << " fiber " << id;
    if (n.parent >= 0) {
      EXPECT_TRUE(n.handle.parent() == at(n.parent).handle) << "step " << step_ << " fiber " << id;
    }
  }
  void check_all() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) check(static_cast<int>(i));
  }

  // What every fiber does. Returns the result of a body.
  int live(int id) {
    for (;;) {
      if (++step_ > limit_) {
        if (id == 0) return 0;
        const int n = send_value(0);
        leave(id, [&] { return at(0).handle.switch_to<int>(n); });
        continue;
      }
      check(pick());
      const int target = pick();
      switch (below(12)) {
        case 0:
        case 1: create(id); break;
        case 2:
        case 3:
        case 4: {
          const int n = send_value(target);
          leave(id, [&] { return at(target).handle.switch_to<int>(n); });
          break;
        }
        case 5: {
          const int n = send_error(target);
          leave(id, [&] { return at(target).handle.throw_to<int>(tagged(n)); });
          break;
        }
        case 6: reparent(target, pick()); break;
        case 7: drop(id, target); break;
        case 8: exit_in(id, target); break;
        case 9:
          expected_ = {id, kind::refused, 0};
          leave(id, [&] { return at(target).handle.switch_to<int>(std::string("of another type")); });
          break;
        case 10:
          expected_ = {id, kind::refused, 0};
          leave(id, [&] { return coir::fiber().switch_to<int>(1); });
          break;
        case 11:
          if (id == 0) break;
          at(id).is = state::dead;
          if (below(2) == 0) return send_value(id);
          throw tagged(send_error(id));
      }
    }
  }

  std::mt19937 random_;
  const int limit_;
  int step_ = 0;
  int number_ = 0;
  int gone_ = 0;
  arrival expected_;
  std::deque<node> nodes_;
};

TEST_F(fiber_tree, follows_the_model_through_random_operations) {
  std::size_t fibers = 0;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    world w(seed, 2'000);
    w.run();
    fibers += w.fibers();
    if (HasFailure()) break;
  }
  EXPECT_GT(fibers, 10'000U) << "the trees are not trivial";
}

}  // namespace
