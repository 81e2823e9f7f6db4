// Random trees of explicit fibers that do random things to each other, legal and illegal, against a model which
// says who goes on with what, what is left of whom, and what a tracer is told.
//
// COIR_SEED=17 build/release/test/property_tests runs that seed alone, COIR_STEPS that many steps of it.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "fiber_model.hpp"
#include "nothing_left.hpp"
#include "sanitizer.hpp"

namespace {

using namespace property;
using coir::fiber;
using support::counted;

struct tagged : std::runtime_error {
  explicit tagged(int n) : std::runtime_error("tagged"), number(n) {}
  int number;
};

class world {
 public:
  world(unsigned seed, int steps, bool is_traced) : random_(seed), limit_(steps), is_traced_(is_traced) {
    handles_.push_back({fiber::current()});
    if (!is_traced) return;
    coir::set_tracer([this](coir::trace_event e, const fiber& from, const fiber& to) {
      EXPECT_TRUE(to == fiber::current());
      EXPECT_FALSE(from == to);
      ++(e == coir::trace_event::throw_to ? throws_ : switches_);
    });
  }
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  ~world() { coir::set_tracer({}); }

  // Runs until main is reached after the last step; then drops everything.
  void run() {
    live(0);
    for (int id : model_.present()) check(id);
    at_exit_ = way::passes;
    for (int id = 1; id < model_.size(); ++id) handles_[static_cast<std::size_t>(id)].clear();
    EXPECT_EQ(starts_, ends_);
    EXPECT_EQ(counted::live(), 0);
  }

  [[nodiscard]] int step() const { return step_; }
  [[nodiscard]] int fibers() const { return model_.size(); }

 private:
  std::vector<fiber>& handles(int id) { return handles_[static_cast<std::size_t>(id)]; }
  const fiber& handle(int id) { return handles(id)[random_() % handles(id).size()]; }
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  // One that has a handle; it may be dead, unstarted, main or the current one.
  int pick() {
    for (;;) {
      const int id = model_.present()[random_() % model_.present().size()];
      if (model_.at(id).handles != 0) return id;
    }
  }

  void arrived(const arrival& got) {
    if (!(got == model_.next))
      ADD_FAILURE() << "step " << step_ << ": fiber " << got.at << " got " << static_cast<int>(got.what) << '/'
                    << got.number << ", yet fiber " << model_.next.at << " was to get "
                    << static_cast<int>(model_.next.what) << '/' << model_.next.number;
    EXPECT_TRUE(fiber::current() == handle(got.at)) << "step " << step_;
    if (is_traced_) {
      EXPECT_EQ(switches_, model_.switches) << "step " << step_;
      EXPECT_EQ(throws_, model_.throws) << "step " << step_;
    }
  }

  template <class F>
  void leave(int id, F&& go) {
    bool stores_itself = false;
    try {
      arrived({id, kind::value, go()});
    } catch (const tagged& e) {
      arrived({id, kind::error, e.number});
    } catch (const coir::bad_switch&) {
      arrived({id, kind::refused});
    } catch (const coir::fiber_exit&) {
      switch (at_exit_) {
        case way::passes: throw;
        case way::fails: throw tagged(0);
        case way::goes_on: arrived({id, kind::exit}); break;
        case way::stores_itself: stores_itself = true;
      }
    }
    if (stores_itself) survive(id);
  }

  // A fiber that is killed stores itself, and waits in the one that killed it.
  void survive(int id) {
    handles(id).push_back(fiber::current());
    leave(id, [] { return fiber::current().parent().switch_to<int>(0); });
  }

  void create(int id) {
    if (model_.present().size() > 30) return;
    const int child = model_.create(id);
    handles_.emplace_back();
    constexpr coir::fiber_options small{.stack_size = 128 * 1024};
    handles(child).emplace_back(small, [this, child, c = counted(child)](int n) {
      ++starts_;
      struct end {
        int& ends;
        ~end() { ++ends; }
      } const count{ends_};
      if (handles(child).empty()) {  // started by a child's end, when nobody had a handle any more
        handles(child).push_back(fiber::current());
        ++model_.at(child).handles;
      }
      arrived({child, kind::value, n});
      return live(child);
    });
  }

  void reparent(int child, int parent) {
    const bool is_cycle = model_.descends(parent, child);
    try {
      handle(child).set_parent(handle(parent));
      EXPECT_FALSE(is_cycle || child == 0) << "step " << step_;
      model_.at(child).parent = parent;
      model_.forget();
    } catch (const std::invalid_argument&) {
      EXPECT_TRUE(is_cycle && child != 0) << "step " << step_;
    } catch (const std::logic_error&) {
      EXPECT_EQ(child, 0) << "step " << step_;
    }
  }

  // Making a fiber looks at what others dropped: until then handles of theirs count.
  static void look() { const fiber next([] {}); }

  // Drops one handle of `target`, here or on another thread.
  void drop(int id, int target, bool is_foreign) {
    if (target == 0 || (target == id && handles(id).size() == 1)) return;
    fiber last = std::move(handles(target).back());
    handles(target).pop_back();
    const bool unwinds = --model_.at(target).handles == 0 && model_.at(target).is == state::live;
    const int ends = ends_;
    at_exit_ = is_foreign ? way::passes : std::array{way::passes, way::fails, way::stores_itself}[random_() % 3];
    if (unwinds) model_.unwind(target);
    if (is_foreign) {
      std::thread([f = std::move(last)] {}).join();
      EXPECT_EQ(ends_, ends) << "nothing ran there, step " << step_;
      look();
    } else {
      last = fiber();
    }
    if (unwinds && at_exit_ == way::stores_itself) model_.at(target).is = state::live, ++model_.at(target).handles;
    EXPECT_EQ(ends_, ends + (unwinds && at_exit_ != way::stores_itself)) << "step " << step_;
    EXPECT_EQ(support::unhandled_trap::take().size(), unwinds && at_exit_ == way::fails ? 1U : 0U) << "step " << step_;
    model_.forget();
  }

  void unwind_all(int id) {
    std::size_t expected = 0;
    for (int n : model_.present())
      if (n != 0 && n != id && model_.at(n).is == state::live) model_.unwind(n), ++expected;
    at_exit_ = way::passes;
    EXPECT_EQ(coir::unwind_all(), expected) << "step " << step_;
  }

  // What another thread may not do.
  void intrude(int target) {
    std::thread([f = handle(target), main = handle(0)] {
      EXPECT_THROW(f.switch_to(1), coir::bad_switch);
      EXPECT_THROW(f.throw_to(tagged(0)), coir::bad_switch);
      EXPECT_THROW(f.throw_to(), coir::bad_switch);
      EXPECT_THROW(f.set_parent(main), std::logic_error);
      EXPECT_THROW(fiber([] {}).set_parent(f), std::logic_error);
      const fiber copy = f;
    }).join();
    look();
  }

  void check(int id) {
    const model::node& n = model_.at(id);
    EXPECT_EQ(counted::live(), model_.bodies()) << "step " << step_;
    if (n.handles == 0) return;
    const fiber& f = handle(id);
    EXPECT_EQ(f.is_dead(), n.is == state::dead) << "step " << step_ << " fiber " << id;
    EXPECT_EQ(static_cast<bool>(f), n.is == state::live) << "step " << step_ << " fiber " << id;
    if (n.parent < 0) return;
    EXPECT_EQ(f.parent().is_dead(), model_.at(n.parent).is == state::dead) << "step " << step_ << " fiber " << id;
    if (model_.at(n.parent).handles != 0) {
      EXPECT_TRUE(f.parent() == handle(n.parent)) << "step " << step_ << " fiber " << id;
    }
  }

  // What every fiber does. Returns the result of a body.
  int live(int id) {
    for (;;) {
      if (++step_ > limit_ || testing::Test::HasFailure()) {
        if (id == 0) return 0;
        model_.send_value(id, 0);
        leave(id, [&] { return handle(0).switch_to<int>(model_.number); });
        continue;
      }
      check(pick());
      const int target = pick();
      const int what = below(1000);
      if (what < 200) {
        create(id);
      } else if (what < 500) {
        model_.send_value(id, target);
        leave(id, [&] { return handle(target).switch_to<int>(model_.number); });
      } else if (what < 580) {
        model_.send_error(id, target);
        leave(id, [&] { return handle(target).throw_to<int>(tagged(model_.number)); });
      } else if (what < 660) {
        const bool is_caught = below(2) == 0;
        at_exit_ = is_caught || target == 0 || target == id ? way::goes_on : way::passes;
        model_.send_exit(id, target, is_caught);
        leave(id, [&] { return handle(target).throw_to<int>(); });
      } else if (what < 740) {
        reparent(target, pick());
      } else if (what < 780) {
        handles(target).push_back(handle(target));
        ++model_.at(target).handles;
      } else if (what < 900) {
        drop(id, target, false);
      } else if (what < 901) {
        drop(id, target, true);
      } else if (what < 902) {
        intrude(target);
      } else if (what < 903) {
        unwind_all(id);
      } else if (what < 920) {
        model_.next = {id, kind::refused};
        leave(id, [&] { return handle(target).switch_to<int>(std::string("of another type")); });
      } else if (what < 930) {
        model_.next = {id, kind::refused};
        leave(id, [] { return fiber().switch_to<int>(1); });
      } else if (id != 0) {
        model_.at(id).is = state::dead;
        if (below(2) == 0) {
          model_.send_value(id, id);
          return model_.number;
        }
        model_.send_error(id, id);
        throw tagged(model_.number);
      }
    }
  }

  // What a fiber makes of a fiber_exit.
  enum class way { passes, fails, goes_on, stores_itself };

  std::mt19937 random_;
  const int limit_;
  const bool is_traced_;
  int step_ = 0;
  int starts_ = 0;
  int ends_ = 0;
  int switches_ = 0;
  int throws_ = 0;
  way at_exit_ = way::passes;
  model model_;
  std::deque<std::vector<fiber>> handles_;
};

class fiber_tree : public support::nothing_left {
 protected:
  static int from_environment(const char* name, int otherwise) {
    const char* text = std::getenv(name);
    return text ? std::atoi(text) : otherwise;
  }

  // Runs one seed; half of them with a tracer, under which no switch takes the fast way.
  void follow(int seed) {
    const int steps = from_environment("COIR_STEPS", 100'000);
    std::printf("COIR_SEED=%d\n", seed);  // before it can crash
    std::fflush(stdout);
    SCOPED_TRACE(testing::Message() << "to run this alone: COIR_SEED=" << seed);
    world w(static_cast<unsigned>(seed), steps, seed % 2 == 0);
    w.run();
    EXPECT_GE(w.step(), steps);
    EXPECT_GT(w.fibers(), steps / 100) << "the trees are not trivial";
  }
};

TEST_F(fiber_tree, follows_the_model_through_random_operations) {
  const int only = from_environment("COIR_SEED", 0);
  const int seeds = support::has_sanitizer ? 2 : 8;
  for (int seed = only ? only : 1; seed <= (only ? only : seeds) && !HasFailure(); ++seed) follow(seed);
}

}  // namespace
