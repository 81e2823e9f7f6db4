// Every blocking call against every way in which a wait can end. A new call joins by its line in the table.
#include <coir/coir.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "blocking_call.hpp"
#include "io_calls.hpp"
#include "nothing_left.hpp"
#include "waiting_calls.hpp"

namespace {

using namespace std::chrono_literals;
using support::blocking_call;
using support::blocking_call_kind;
using support::call_traits;
using support::kind_of;

constexpr call_traits time_alone{.completes = false, .keeps = false, .has_deadline = true, .from_thread = false};
constexpr call_traits at_once{.parks = false, .completes = false, .keeps = false, .from_thread = false};
constexpr call_traits timed{.has_deadline = true};
constexpr call_traits forgetful{.keeps = false, .has_deadline = true};

const blocking_call_kind table[] = {
    kind_of<support::sleep_for_call>("sleep_for", time_alone),
    kind_of<support::sleep_until_call>("sleep_until", time_alone),
    kind_of<support::yield_call>("yield", at_once),
    kind_of<support::task_join_call>("task_join"),
    kind_of<support::task_join_until_call>("task_join_until", timed),
    kind_of<support::task_get_call>("task_get"),
    kind_of<support::wait_queue_wait_call>("wait_queue_wait", forgetful),
    kind_of<support::wait_queue_wait_or_throw_call>("wait_queue_wait_or_throw", forgetful),
    kind_of<support::future_get_call>("future_get"),
    kind_of<support::future_wait_call>("future_wait"),
    kind_of<support::future_wait_until_call>("future_wait_until", timed),
    kind_of<support::source_wait_call>("source_wait", timed),
    kind_of<support::read_some_call>("tcp_stream_read_some"),
    kind_of<support::write_all_call>("tcp_stream_write_all"),
    kind_of<support::accept_call>("tcp_listener_accept"),
    kind_of<support::connect_call>("tcp_connect", {.has_deadline = true, .from_thread = false}),
};

// The parked thing is the current fiber, so each call is made from a task's own fiber and from one inside it.
enum class stack { own, inner };
void PrintTo(stack s, std::ostream* out) { *out << (s == stack::own ? "own stack" : "inner fiber"); }

class any_call : public support::nothing_left,
                 public testing::WithParamInterface<std::tuple<blocking_call_kind, stack>> {
 protected:
  [[nodiscard]] static const blocking_call_kind& kind() { return std::get<0>(GetParam()); }

  static bool call(blocking_call& c, coir::deadline until = coir::never) {
    if (std::get<1>(GetParam()) == stack::own) return c.call(until);
    bool came = false;
    coir::fiber([&] { came = c.call(until); }).switch_to();
    return came;
  }

  // The reason of `cancelled`, or nothing when the call did not throw it.
  static std::optional<std::string> reason_of(blocking_call& c, coir::deadline until = coir::never) {
    try {
      call(c, until);
      return std::nullopt;
    } catch (const coir::cancelled& e) {
      return e.reason();
    }
  }

  static void expect_cancelled(blocking_call& c, const std::string& reason) {
    const auto got = reason_of(c);
    ASSERT_TRUE(got) << "did not throw cancelled";
    EXPECT_EQ(*got, reason);
  }

  // A task in which the call is parked.
  template <class F>
  static coir::task<> parked(F&& body) {
    const coir::task<> t = coir::spawn(std::forward<F>(body));
    coir::yield();
    EXPECT_FALSE(t.is_done()) << "did not wait";
    return t;
  }
};

class parking_call : public any_call {};
class completing_call : public any_call {};
class remembering_call : public any_call {};
class thread_completed_call : public any_call {};
class timed_call : public any_call {};

TEST_P(any_call, throws_again_and_again_in_a_task_that_was_cancelled_before) {
  coir::run([] {
    const auto c = kind().make();
    coir::task<> self;
    self = coir::spawn([&] {
      self.cancel("before");
      for (int i = 0; i < 3; ++i) expect_cancelled(*c, "before");
    });
    self.join();
    c->expect_intact(false);
  });
}

TEST_P(remembering_call, throws_in_a_cancelled_task_and_takes_nothing_of_what_is_there) {
  coir::run([] {
    const auto c = kind().make();
    c->complete();
    coir::task<> self;
    self = coir::spawn([&] {
      self.cancel("before");
      expect_cancelled(*c, "before");
    });
    self.join();
    c->expect_intact(true);
  });
}

TEST_P(parking_call, throws_when_its_task_is_cancelled_meanwhile_and_so_does_the_next_one) {
  coir::run([] {
    const auto c = kind().make();
    const coir::task<> t = parked([&] {
      expect_cancelled(*c, "meanwhile");
      expect_cancelled(*c, "meanwhile");
    });
    EXPECT_TRUE(t.cancel("meanwhile"));
    t.join();
    c->expect_intact(false);
  });
}

TEST_P(completing_call, is_cancelled_when_the_cancel_comes_first_in_a_turn) {
  coir::run([] {
    const auto c = kind().make();
    const coir::task<> t = parked([&] { expect_cancelled(*c, "first"); });
    t.cancel("first");
    c->complete();
    t.join();
    c->expect_intact(true);
  });
}

TEST_P(completing_call, happens_or_is_cancelled_but_not_both_when_the_cancel_comes_second_in_a_turn) {
  coir::run([] {
    const auto c = kind().make();
    bool happened = false;
    const coir::task<> t = parked([&] { happened = !reason_of(*c); });
    c->complete();
    t.cancel();
    t.join();
    if (!happened) c->expect_intact(true);
  });
}

TEST_P(completing_call, returns_when_what_it_waits_for_comes) {
  coir::run([] {
    const auto c = kind().make();
    bool came = false;
    const coir::task<> t = parked([&] { came = call(*c); });
    c->complete();
    t.join();
    EXPECT_TRUE(came);
  });
}

TEST_P(remembering_call, returns_when_what_it_waits_for_was_there_before) {
  coir::run([] {
    const auto c = kind().make();
    c->complete();
    EXPECT_TRUE(call(*c));
  });
}

TEST_P(thread_completed_call, returns_when_a_plain_thread_makes_what_it_waits_for_come) {
  coir::run([] {
    const auto c = kind().make();
    bool came = false;
    const coir::task<> t = parked([&] { came = call(*c); });
    std::thread helper([&] { c->complete_from_thread(); });
    t.join();
    helper.join();
    EXPECT_TRUE(came);
  });
}

TEST_P(timed_call, ends_at_its_deadline_not_before_and_takes_nothing) {
  coir::run([] {
    const auto c = kind().make();
    const coir::deadline until = coir::now() + 2ms;
    EXPECT_FALSE(call(*c, until));
    EXPECT_GE(coir::now(), until);
    c->expect_intact(false);
  });
}

TEST_P(timed_call, does_not_wait_for_a_deadline_that_has_passed) {
  coir::run([] {
    const auto c = kind().make();
    EXPECT_FALSE(call(*c, coir::now() - 1s));
    c->expect_intact(false);
  });
}

TEST_P(timed_call, ends_once_when_it_is_cancelled_after_its_deadline) {
  coir::run([] {
    const auto c = kind().make();
    const coir::deadline until = coir::now() + 1ms;
    const coir::task<> t = parked([&] {
      reason_of(*c, until);
      expect_cancelled(*c, "late");
    });
    while (coir::now() < until) continue;
    t.cancel("late");
    t.join();
    c->expect_intact(false);
  });
}

TEST_P(timed_call, does_not_hide_a_cancel_in_the_turn_of_its_deadline) {
  coir::run([] {
    const auto c = kind().make();
    const coir::deadline until = coir::now() + 1ms;
    coir::task<> t;
    const coir::task<> canceller = coir::spawn([&] {
      coir::sleep_until(until);  // queued first, so it runs first of those that `until` wakes
      t.cancel("same turn");
    });
    t = parked([&] {
      reason_of(*c, until);
      expect_cancelled(*c, "same turn");
    });
    t.join();
    canceller.join();
    c->expect_intact(false);
  });
}

TEST_P(any_call, is_cancelled_when_main_returns) {
  std::optional<std::string> reason;
  coir::run([&] {
    coir::spawn([&reason, c = kind().make()] {
      while (!(reason = reason_of(*c))) continue;
    });
    coir::yield();
  });
  EXPECT_TRUE(reason);
}

TEST_P(remembering_call, waits_in_a_destructor_that_an_error_runs_in_a_cancelled_task) {
  coir::run([] {
    struct waits_at_the_end {
      blocking_call& c;
      bool& came;
      ~waits_at_the_end() {
        try {
          came = c.call(coir::never);
        } catch (const coir::cancelled&) {
        }
      }
    };
    const auto c = kind().make();
    c->complete();
    bool came = false;
    coir::task<> self;
    self = coir::spawn([&] {
      const waits_at_the_end guard{*c, came};
      self.cancel();
      throw std::runtime_error("the error");
    });
    EXPECT_THROW(self.get(), std::runtime_error);
    EXPECT_TRUE(came);
  });
}

auto those_that(bool call_traits::*hold) {
  std::vector<blocking_call_kind> kinds;
  std::ranges::copy_if(table, std::back_inserter(kinds), [hold](const auto& k) { return k.traits.*hold; });
  return testing::Combine(testing::ValuesIn(kinds), testing::Values(stack::own, stack::inner));
}

std::string name_of(const testing::TestParamInfo<std::tuple<blocking_call_kind, stack>>& info) {
  const auto& [kind, where] = info.param;
  return std::string(kind.name) + (where == stack::own ? "" : "_in_an_inner_fiber");
}

INSTANTIATE_TEST_SUITE_P(every, any_call, those_that(&call_traits::switches), name_of);
INSTANTIATE_TEST_SUITE_P(every, parking_call, those_that(&call_traits::parks), name_of);
INSTANTIATE_TEST_SUITE_P(every, completing_call, those_that(&call_traits::completes), name_of);
INSTANTIATE_TEST_SUITE_P(every, remembering_call, those_that(&call_traits::keeps), name_of);
INSTANTIATE_TEST_SUITE_P(every, thread_completed_call, those_that(&call_traits::from_thread), name_of);
INSTANTIATE_TEST_SUITE_P(every, timed_call, those_that(&call_traits::has_deadline), name_of);

}  // namespace
