// greenlet's test_tracing.py. Python's profiler has no counterpart; the tests of where a profiler set by one
// greenlet is in force are made of the tracer.
#include <functional>
#include <string>

#include "shared.hpp"

namespace {

using namespace parity;

class greenlet_tracing : public support::nothing_left {
 protected:
  greenlet_tracing() { fiber::current().set_name("main"); }
  ~greenlet_tracing() override {
    coir::set_tracer({});
    fiber::current().set_name("");
  }

  coir::tracer noting() {
    return [this](coir::trace_event e, const fiber& from, const fiber& to) {
      EXPECT_TRUE(to == fiber::current());
      const char* how = e == coir::trace_event::throw_to ? "throw" : "switch";
      seen.push_back(std::string(how).append(" ").append(from.name()).append(" ").append(to.name()));
    };
  }
  void start() { coir::set_tracer(noting()); }
  static void stop() { coir::set_tracer({}); }

  words seen;
  fiber g1;
  fiber g2;
};

// A body that is a class of its own, where greenlet subclasses.
struct runs {
  std::function<void()> first;
  int operator()() const {
    if (first) first();
    return 42;
  }
};

TEST_F(greenlet_tracing, test_a_greenlet_tracing) {
  start();
  g1 = fiber({.name = "g1"}, [] {});
  g1.switch_to();
  g2 = fiber({.name = "g2"}, [] { throw some_error(); });
  EXPECT_THROW(g2.switch_to(), some_error);
  EXPECT_EQ(seen, (words{"switch main g1", "switch g1 main", "switch main g2", "throw g2 main"}));
}

TEST_F(greenlet_tracing, test_b_exception_disables_tracing) {
  const fiber g({.name = "g"}, [] { to_parent(); });
  g.switch_to();
  coir::set_tracer([note = noting()](coir::trace_event e, const fiber& from, const fiber& to) {
    note(e, from, to);
    throw some_error();
  });
  EXPECT_THROW(g.switch_to(), some_error);
  EXPECT_TRUE(g.is_dead()) << "it was raised there";
  EXPECT_FALSE(coir::get_tracer());
  EXPECT_EQ(seen, words{"switch main g"});
}

TEST_F(greenlet_tracing, test_set_same_tracer_twice) {
  const auto token = std::make_shared<int>();
  const coir::tracer fn = [token](auto&&...) { ++*token; };
  EXPECT_FALSE(coir::set_tracer(fn));
  EXPECT_TRUE(coir::set_tracer(fn));
  fiber([] {}).switch_to();
  EXPECT_EQ(*token, 2) << "told once of each";
  stop();
  EXPECT_EQ(token.use_count(), 2) << "here and in fn";
}

TEST_F(greenlet_tracing, test_trace_events_into_greenlet_func_already_set) {
  g1 = fiber({.name = "g1"}, [] { return 42; });
  start();
  EXPECT_EQ(g1.switch_to<int>(), 42);
  stop();
  EXPECT_EQ(seen, (words{"switch main g1", "switch g1 main"}));
}

TEST_F(greenlet_tracing, test_trace_events_into_greenlet_subclass_already_set) {
  g1 = fiber({.name = "g1"}, runs{});
  start();
  EXPECT_EQ(g1.switch_to<int>(), 42);
  stop();
  EXPECT_EQ(seen, (words{"switch main g1", "switch g1 main"}));
}

TEST_F(greenlet_tracing, test_trace_events_from_greenlet_func_sets_profiler) {
  g1 = fiber({.name = "g1"}, [&] { start(); });
  g1.switch_to();
  g2 = fiber({.name = "g2"}, [] {});
  g2.switch_to();
  stop();
  EXPECT_EQ(seen, (words{"switch g1 main", "switch main g2", "switch g2 main"})) << "after the end of g1 as well";
}

TEST_F(greenlet_tracing, test_trace_events_from_greenlet_subclass_sets_profiler) {
  g1 = fiber({.name = "g1"}, runs{[this] { start(); }});
  EXPECT_EQ(g1.switch_to<int>(), 42);
  g2 = fiber({.name = "g2"}, runs{});
  EXPECT_EQ(g2.switch_to<int>(), 42);
  stop();
  EXPECT_EQ(seen, (words{"switch g1 main", "switch main g2", "switch g2 main"}));
}

TEST_F(greenlet_tracing, test_trace_events_multiple_greenlets_switching) {
  g1 = fiber({.name = "g1"}, [&] {
    start();
    g2.switch_to();
    return 42;
  });
  g2 = fiber({.name = "g2"}, [&] {
    stop();
    g1.switch_to();
  });
  EXPECT_EQ(g1.switch_to<int>(), 42);
  fiber([] {}).switch_to();
  EXPECT_EQ(seen, words{"switch g1 g2"});
}

TEST_F(greenlet_tracing, test_trace_events_multiple_greenlets_switching_siblings) {
  g1 = fiber({.name = "g1"}, [&] {
    to_parent();
    start();
    g2.switch_to();
    return 42;
  });
  g2 = fiber({.name = "g2"}, [&] {
    to_parent();
    stop();
    g1.switch_to();
  });
  g1.switch_to();
  g2.switch_to();
  EXPECT_EQ(g1.switch_to<int>(), 42);
  fiber([] {}).switch_to();
  EXPECT_EQ(seen, words{"switch g1 g2"});
}

}  // namespace
