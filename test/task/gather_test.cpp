// The results of several tasks.
#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <coir/fiber.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "reason_of.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using gather = support::nothing_left;
using gather_outcomes = support::nothing_left;
using support::counted;
using support::names;
using support::reason_of;
using support::text_of;

void sleep_long() { coir::sleep_for(1h); }

// A callable that takes that long, and results in `value`.
template <class T>
auto slowly(coir::clock::duration d, T value) {
  return [d, value = std::move(value)]() mutable {
    coir::sleep_for(d);
    return std::move(value);
  };
}
auto fails_after(coir::clock::duration d, std::string text) {
  return [d, text]() -> int {
    coir::sleep_for(d);
    throw std::runtime_error(text);
  };
}

TEST_F(gather, returns_results_in_the_order_of_the_arguments) {
  coir::testing::run([] {
    const auto start = coir::now();
    auto a = coir::spawn(slowly(2s, std::string("A")));
    auto b = coir::spawn(slowly(1s, 1));
    const auto [ra, rb, rc] = coir::gather(a, b, coir::spawn(slowly(3s, 2.5)));
    EXPECT_EQ(ra, "A");
    EXPECT_EQ(rb, 1);
    EXPECT_EQ(rc, 2.5);
    EXPECT_EQ(coir::now(), start + 3s);
    EXPECT_EQ(std::get<0>(coir::gather(a)), "A") << "what has ended may be gathered again";
  });
}

TEST_F(gather, spawns_callables) {
  coir::testing::run([] {
    const auto start = coir::now();
    auto named = slowly(1s, 2);
    const auto [a, b, c] = coir::gather(slowly(1s, 1), named, [owned = std::make_unique<int>(3)] { return *owned; });
    EXPECT_EQ(a + b + c, 6);
    EXPECT_EQ(coir::now(), start + 1s);
    EXPECT_EQ(named(), 2) << "it was copied";
  });
}

TEST_F(gather, starts_callables_in_the_order_of_the_arguments) {
  coir::testing::run({.seed = 0}, [] {
    std::string order;
    const auto note = [&](char c) { return [&order, c] { order += c; }; };
    coir::gather(note('a'), note('b'), note('c'));
    coir::gather(coir::collect_errors, note('d'), note('e'));
    EXPECT_EQ(order, "abcde");
  });
}

TEST_F(gather, gives_a_monostate_for_a_task_without_a_result) {
  coir::testing::run([] {
    auto v = coir::spawn([] { coir::yield(); });
    const auto results = coir::gather(v, [] {}, [] { return 1; });
    static_assert(std::is_same_v<decltype(results), const std::tuple<std::monostate, std::monostate, int>>);
    EXPECT_EQ(std::get<2>(results), 1);
  });
}

TEST_F(gather, of_nothing_is_empty) {
  coir::testing::run([] {
    static_assert(std::is_same_v<decltype(coir::gather()), std::tuple<>>);
    coir::gather();
    coir::gather(coir::collect_errors);
    EXPECT_TRUE(coir::gather(std::vector<coir::task<int>>()).empty());
    EXPECT_TRUE(coir::gather(coir::collect_errors, std::vector<coir::task<int>>()).empty());
    coir::gather(std::vector<coir::task<>>());
  });
}

TEST_F(gather, takes_ranges) {
  coir::testing::run([] {
    std::vector<coir::task<int>> tasks;
    for (int i = 0; i < 100; ++i) tasks.push_back(coir::spawn(slowly((100 - i) * 1s, i)));
    const std::vector<int> results = coir::gather(tasks);
    ASSERT_EQ(results.size(), 100U);
    for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(results[i], static_cast<int>(i));
    const std::array two{coir::spawn(slowly(1s, 7)), coir::spawn(slowly(0s, 8))};
    EXPECT_EQ(coir::gather(two), (std::vector{7, 8}));
    bool ran = false;
    static_assert(std::is_void_v<decltype(coir::gather(std::vector<coir::task<>>()))>);
    coir::gather(std::vector{coir::spawn([] {}), coir::spawn([&] { coir::sleep_for(1s), ran = true; })});
    EXPECT_TRUE(ran);
  });
}

TEST_F(gather, lets_duplicates_share_a_result) {
  coir::testing::run([] {
    int runs = 0;
    auto t = coir::spawn([&] {
      coir::sleep_for(1s);
      return ++runs;
    });
    EXPECT_EQ(coir::gather(t, t, t), std::tuple(1, 1, 1));
    EXPECT_EQ(coir::gather(std::vector{t, t}), (std::vector{1, 1}));
    auto bad = coir::spawn(fails_after(1s, "shared"));
    EXPECT_EQ(text_of<std::runtime_error>([&] { coir::gather(bad, bad); }), "shared");
  });
}

TEST_F(gather, moves_results_that_cannot_be_copied) {
  coir::testing::run([] {
    auto [p, q] = coir::gather(coir::spawn(slowly(1s, std::make_unique<int>(1))), slowly(0s, std::make_unique<int>(2)));
    EXPECT_EQ(*p + *q, 3);
    std::vector<coir::task<std::unique_ptr<int>>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(coir::spawn(slowly(0s, std::make_unique<int>(i))));
    auto all = coir::gather(tasks);
    EXPECT_EQ(*all[2], 2);
    auto t = coir::spawn(slowly(0s, std::make_unique<int>(3)));
    EXPECT_THROW(coir::gather(t, t), std::logic_error) << "it was taken before";
  });
}

TEST_F(gather, the_first_error_cancels_the_others_and_is_thrown_when_they_have_ended) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool cleaned = false;
    auto slow = coir::spawn([&] {
      reason_of(sleep_long);
      coir::shielded([] { coir::sleep_for(1s); });
      cleaned = true;
    });
    auto done = coir::spawn(slowly(0s, 5));
    EXPECT_EQ(text_of<std::runtime_error>([&] { coir::gather(done, slow, fails_after(1s, "first"), sleep_long); }), "first");
    EXPECT_TRUE(cleaned);
    EXPECT_EQ(coir::now(), start + 2s);
    EXPECT_EQ(done.get(), 5);
    EXPECT_EQ(text_of<std::runtime_error>([&] { coir::gather(std::vector{coir::spawn(slowly(1h, 1)), coir::spawn(fails_after(1s, "in a range"))}); }),
              "in a range");
    EXPECT_EQ(coir::now(), start + 3s);
  });
}

TEST_F(gather, throws_the_first_in_time_not_in_place) {
  coir::testing::run([] {
    EXPECT_EQ(text_of<std::runtime_error>([] { coir::gather(fails_after(2s, "second"), fails_after(1s, "first")); }), "first");
    auto late = coir::spawn(fails_after(1s, "first"));
    late.join();
    EXPECT_EQ(text_of<std::runtime_error>([&] { coir::gather(sleep_long, late); }), "first") << "it had failed before";
  });
}

TEST_F(gather, tells_further_errors_to_the_hook) {
  coir::testing::run([] {
    EXPECT_EQ(text_of<std::runtime_error>([] {
                coir::gather(fails_after(1s, "first"), [] {
                  reason_of(sleep_long);
                  throw std::runtime_error("second");
                });
              }),
              "first");
  });
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "second");
}

TEST_F(gather, a_task_that_is_cancelled_is_an_error) {
  coir::testing::run([] {
    auto doomed = coir::spawn(sleep_long);
    auto other = coir::spawn(sleep_long);
    coir::yield();
    doomed.cancel("doomed");
    EXPECT_EQ(reason_of([&] { coir::gather(other, doomed); }), "doomed");
    EXPECT_TRUE(other.is_done());
    EXPECT_NO_THROW(coir::yield()) << "the caller was not cancelled";
  });
}

TEST_F(gather, whose_caller_is_cancelled_cancels_all_and_waits_for_them) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool cleaned = false;
    auto t = coir::spawn([&] {
      reason_of(sleep_long);
      coir::shielded([] { coir::sleep_for(1s); });
      cleaned = true;
    });
    auto caller = coir::spawn([&] { coir::gather(t, sleep_long); });
    coir::sleep_for(1s);
    caller.cancel("the caller");
    EXPECT_EQ(reason_of([&] { caller.get(); }), "the caller");
    EXPECT_TRUE(cleaned);
    EXPECT_EQ(coir::now(), start + 2s);
    EXPECT_FALSE(coir::move_on_after(1s, [] { coir::gather(std::vector{coir::spawn(sleep_long)}); }));
    EXPECT_FALSE(coir::move_on_after(1s, [] { coir::gather(coir::collect_errors, sleep_long, slowly(0s, 1)); }));
    auto collected = coir::spawn(sleep_long);
    EXPECT_FALSE(coir::move_on_after(1s, [&] { coir::gather(coir::collect_errors, std::vector{collected}); }));
    EXPECT_TRUE(collected.is_done());
  });
}

TEST_F(gather, in_a_cancelled_scope_is_cancelled_even_when_all_have_ended) {
  coir::testing::run([] {
    auto done = coir::spawn(slowly(0s, 1));
    done.join();
    coir::cancel_scope s;
    s.run([&] {
      s.cancel("enough");
      EXPECT_EQ(reason_of([&] { coir::gather(done); }), "enough");
      EXPECT_EQ(reason_of([&] { coir::gather(std::vector{done}); }), "enough");
      EXPECT_EQ(reason_of([&] { coir::gather(coir::collect_errors, done); }), "enough");
      EXPECT_EQ(reason_of([&] { coir::gather(coir::collect_errors, std::vector{done}); }), "enough");
    });
  });
}

// Cancels the caller of `call` after a task that it gathers has ended, and before it goes on.
template <class F>
auto called_at_the_last_moment(F call) {
  auto t = coir::spawn(slowly(1s, std::make_unique<int>(4)));
  auto caller = coir::spawn([&] { return call(t); });
  coir::yield();
  coir::spawn([&] {
    coir::sleep_for(1s);
    EXPECT_TRUE(t.is_done() && caller.cancel("too late"));
  }).get();
  return caller.get();
}

TEST_F(gather, results_that_have_come_beat_a_later_cancel) {
  coir::testing::run({.seed = 0}, [] {
    const auto as_get = [](auto& t) { return *t.get(); };
    EXPECT_EQ(called_at_the_last_moment(as_get), 4);
    EXPECT_EQ(called_at_the_last_moment([](auto& t) { return *std::get<0>(coir::gather(t)); }), 4);
    EXPECT_EQ(called_at_the_last_moment([](auto& t) { return *coir::gather(std::vector{t}).front(); }), 4);
    EXPECT_EQ(called_at_the_last_moment([](auto& t) { return *std::get<0>(coir::gather(coir::collect_errors, t)).value(); }), 4);
    EXPECT_EQ(called_at_the_last_moment([](auto& t) { return *coir::gather(coir::collect_errors, std::vector{t})[0].value(); }), 4);
  });
}

TEST_F(gather, refuses_what_it_cannot_wait_for) {
  coir::testing::run([] {
    const coir::task<int> empty;
    EXPECT_THROW(coir::gather(empty), std::logic_error);
    EXPECT_THROW(coir::gather([c = counted(1)] { ADD_FAILURE(); }, empty), std::logic_error);
    EXPECT_EQ(counted::live(), 0) << "nothing was started";
    EXPECT_THROW(coir::gather(std::vector{empty}), std::logic_error);
    EXPECT_THROW(coir::gather(coir::collect_errors, empty), std::logic_error);
    EXPECT_THROW(coir::gather(coir::collect_errors, std::vector{empty}), std::logic_error);
    coir::task<> self;
    self = coir::spawn([&] {
      EXPECT_THROW(coir::gather(self), std::logic_error);
      EXPECT_THROW(coir::gather(coir::collect_errors, self), std::logic_error);
      EXPECT_THROW(coir::gather(std::vector{self}), std::logic_error);
      coir::yield();
      return;
    });
    self.get();
    auto ours = coir::spawn(slowly(1s, 1));
    std::thread([&] {
      coir::testing::run([&] { EXPECT_THROW(coir::gather(ours), std::logic_error); });
    }).join();
    EXPECT_EQ(ours.get(), 1);
  });
  EXPECT_THROW(coir::gather([] {}), std::logic_error) << "outside of run";
}

TEST_F(gather_outcomes, tell_of_each_and_cancel_nobody) {
  coir::testing::run([] {
    const auto start = coir::now();
    auto doomed = coir::spawn([] { sleep_long(); });
    coir::yield();
    doomed.cancel("doomed");
    auto [good, bad, gone, nothing] = coir::gather(coir::collect_errors, slowly(3s, 5), fails_after(1s, "bad"), doomed, [] {});
    static_assert(std::is_same_v<decltype(good), coir::outcome<int>>);
    static_assert(std::is_same_v<decltype(nothing), coir::outcome<void>>);
    EXPECT_EQ(coir::now(), start + 3s);
    EXPECT_TRUE(good.has_value() && good);
    EXPECT_EQ(good.value(), 5);
    EXPECT_EQ(good.error(), nullptr);
    EXPECT_FALSE(bad.has_value() || bad);
    EXPECT_NE(bad.error(), nullptr);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(text_of<std::runtime_error>([&bad = bad] { (void)bad.value(); }), "bad");
    EXPECT_EQ(reason_of([&gone = gone] { gone.value(); }), "doomed");
    EXPECT_TRUE(nothing.has_value());
    EXPECT_NO_THROW(nothing.value());
  });
}

TEST_F(gather_outcomes, of_a_range_are_a_vector) {
  coir::testing::run([] {
    std::vector<coir::task<int>> tasks;
    for (int i = 0; i < 10; ++i)
      tasks.push_back(coir::spawn([i] {
        coir::sleep_for((10 - i) * 1s);
        if (i % 2 != 0) throw std::runtime_error(std::to_string(i));
        return i;
      }));
    const std::vector<coir::outcome<int>> all = coir::gather(coir::collect_errors, tasks);
    for (int i = 0; i < 10; ++i) {
      const auto& o = all[static_cast<std::size_t>(i)];
      if (i % 2 == 0)
        EXPECT_EQ(o.value(), i);
      else
        EXPECT_EQ(text_of<std::runtime_error>([&] { (void)o.value(); }), std::to_string(i));
    }
  });
}

TEST_F(gather_outcomes, give_up_what_can_only_be_moved) {
  coir::testing::run([] {
    auto [o] = coir::gather(coir::collect_errors, slowly(1s, std::make_unique<int>(4)));
    EXPECT_EQ(*o.value(), 4);
    const std::unique_ptr<int> p = std::move(o).value();
    EXPECT_EQ(*p, 4);
  });
}

TEST_F(gather_outcomes, that_were_looked_at_are_not_reported) {
  coir::testing::run([] { coir::gather(coir::collect_errors, fails_after(1s, "a"), fails_after(1s, "b")); });
  EXPECT_TRUE(unhandled.take().empty());
}

TEST_F(gather, leaves_nothing_of_ten_thousand) {
  coir::testing::run([] {
    std::vector<coir::task<>> tasks;
    for (int i = 0; i < 10'000; ++i) tasks.push_back(coir::spawn([c = counted(1)] { sleep_long(); }));
    tasks.push_back(coir::spawn([] { coir::sleep_for(1s), throw std::runtime_error("one of many"); }));
    EXPECT_EQ(text_of<std::runtime_error>([&] { coir::gather(tasks); }), "one of many");
    EXPECT_EQ(counted::live(), 0);
    for (const auto& t : tasks) EXPECT_TRUE(t.is_done());
  });
}

}  // namespace
