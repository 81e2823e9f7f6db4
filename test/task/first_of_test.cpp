// The fastest of several.
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
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
using first_of = support::nothing_left;
using staggered_race = support::nothing_left;
using support::counted;
using support::names;
using support::reason_of;
using support::text_of;

void sleep_long() { coir::sleep_for(1h); }

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

TEST_F(first_of, tells_which_it_was_and_what_it_results_in) {
  coir::testing::run([] {
    const auto start = coir::now();
    auto handle = coir::spawn(slowly(3s, 1.5));
    auto named = slowly(2s, 7);
    const auto first = coir::first_of(slowly(1s, std::string("fast")), named, handle, sleep_long);
    static_assert(std::is_same_v<decltype(first), const std::variant<std::string, int, double, std::monostate>>);
    EXPECT_EQ(first.index(), 0U);
    EXPECT_EQ(std::get<0>(first), "fast");
    EXPECT_EQ(coir::now(), start + 1s);
    EXPECT_EQ(coir::first_of(sleep_long, [] {}).index(), 1U);
    EXPECT_EQ(coir::first_of(slowly(2s, 1), slowly(1s, 2)).index(), 1U) << "of one type, too";
    EXPECT_EQ(coir::first_of([] { return 5; }).index(), 0U);
    EXPECT_EQ(*std::get<1>(coir::first_of(sleep_long, slowly(1s, std::make_unique<int>(4)))), 4);
  });
}

TEST_F(first_of, returns_when_the_others_have_ended) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool cleaned = false;
    auto loser = coir::spawn([&, c = counted(1)] {
      reason_of(sleep_long);
      coir::shielded([] { coir::sleep_for(2s); });
      cleaned = true;
      return 9;
    });
    EXPECT_EQ(std::get<1>(coir::first_of(loser, slowly(1s, 3), [c = counted(2)] { sleep_long(); })), 3);
    EXPECT_TRUE(cleaned);
    EXPECT_EQ(counted::live(), 0);
    EXPECT_EQ(coir::now(), start + 3s);
    EXPECT_EQ(loser.get(), 9) << "what it came to is still there";
  });
}

TEST_F(first_of, losers_that_have_not_run_never_do) {
  coir::testing::run([] {
    auto done = coir::spawn([] { return 1; });
    done.join();
    EXPECT_EQ(coir::first_of(done, [c = counted(1)] { ADD_FAILURE(); }).index(), 0U);
    EXPECT_EQ(counted::live(), 0);
  });
}

TEST_F(first_of, of_several_that_have_ended_takes_the_first_in_place) {
  coir::testing::run({.seed = 0}, [] {
    auto a = coir::spawn([] { return 1; });
    auto b = coir::spawn([] { return 2; });
    coir::gather(a, b);
    EXPECT_EQ(coir::first_of(a, b).index(), 0U);
    EXPECT_EQ(std::get<0>(coir::first_of(b, a)), 2);
    EXPECT_EQ(coir::first_of([] { return 1; }, [] { return 2; }).index(), 0U) << "of callables that do not wait as well";
  });
}

TEST_F(first_of, throws_the_error_that_the_first_has_ended_by) {
  coir::testing::run([] {
    const auto start = coir::now();
    bool cancelled = false;
    EXPECT_EQ(text_of<std::runtime_error>([&] {
                coir::first_of([&] { cancelled = reason_of(sleep_long) != "not cancelled"; }, fails_after(1s, "first"));
              }),
              "first");
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(coir::now(), start + 1s);
    auto doomed = coir::spawn(sleep_long);
    coir::yield();
    doomed.cancel("doomed");
    EXPECT_EQ(reason_of([&] { coir::first_of(doomed, sleep_long); }), "doomed");
    EXPECT_NO_THROW(coir::yield());
  });
}

TEST_F(first_of, tells_errors_of_the_others_to_the_hook) {
  coir::testing::run([] {
    EXPECT_EQ(std::get<0>(coir::first_of(slowly(1s, 1),
                                         [] {
                                           reason_of(sleep_long);
                                           throw std::runtime_error("a loser's");
                                         })),
              1);
  });
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "a loser's");
}

TEST_F(first_of, whose_caller_is_cancelled_ends_all_of_them) {
  coir::testing::run([] {
    const auto start = coir::now();
    int ended = 0;
    const auto slow = [&] {
      reason_of(sleep_long);
      coir::shielded([] { coir::sleep_for(1s); });
      ++ended;
    };
    EXPECT_FALSE(coir::move_on_after(1s, [&] { coir::first_of(slow, slow); }));
    EXPECT_EQ(ended, 2);
    EXPECT_EQ(coir::now(), start + 2s);
  });
}

TEST_F(first_of, in_a_cancelled_scope_is_cancelled_even_when_one_has_ended) {
  coir::testing::run([] {
    auto done = coir::spawn([] { return 1; });
    done.join();
    coir::cancel_scope s;
    s.run([&] {
      s.cancel("enough");
      EXPECT_EQ(reason_of([&] { coir::first_of(done); }), "enough");
    });
  });
}

TEST_F(first_of, a_result_that_has_come_beats_a_later_cancel) {
  coir::testing::run([] {
    const auto start = coir::now();
    const auto slow_loser = [] {
      reason_of(sleep_long);
      coir::shielded([] { coir::sleep_for(2s); });
    };
    auto caller = coir::spawn([&] { return std::get<0>(coir::first_of(slowly(1s, std::make_unique<int>(4)), slow_loser)); });
    coir::sleep_for(2s);
    EXPECT_TRUE(caller.cancel("too late")) << "it waits for the loser";
    EXPECT_EQ(*caller.get(), 4);
    EXPECT_EQ(coir::now(), start + 3s);
  });
}

TEST_F(first_of, refuses_what_it_cannot_wait_for) {
  coir::testing::run([] {
    EXPECT_THROW(coir::first_of(coir::task<int>()), std::logic_error);
    coir::task<> self;
    self = coir::spawn([&] { EXPECT_THROW(coir::first_of(self), std::logic_error); });
    self.get();
  });
  EXPECT_THROW(coir::first_of([] {}), std::logic_error) << "outside of run";
}

using connects = std::vector<std::function<int()>>;

TEST_F(staggered_race, starts_one_after_the_other_and_the_first_that_succeeds_wins) {
  coir::testing::run([] {
    const auto start = coir::now();
    std::vector<coir::clock::duration> begun(5);
    int cancelled = 0;
    connects all;
    for (std::size_t i = 0; i < 5; ++i)
      all.emplace_back([&, i] {
        begun[i] = coir::now() - start;
        const auto reason = reason_of([&] { coir::sleep_for(i == 2 ? 300ms : 1h); });
        if (reason != "not cancelled") ++cancelled;
        return static_cast<int>(i * 10);
      });
    const auto [number, result] = coir::staggered_race(all, 250ms);
    EXPECT_EQ(number, 2U);
    EXPECT_EQ(result, 20);
    EXPECT_EQ(begun, (std::vector<coir::clock::duration>{0ms, 250ms, 500ms, 750ms, 0ms}));
    EXPECT_EQ(coir::now(), start + 800ms);
    EXPECT_EQ(cancelled, 3);
  });
}

TEST_F(staggered_race, starts_the_next_at_once_when_one_has_failed) {
  coir::testing::run([] {
    const auto start = coir::now();
    const connects all{fails_after(100ms, "a"), fails_after(0ms, "b"), slowly(100ms, 3), slowly(0ms, 4)};
    EXPECT_EQ(coir::staggered_race(all, 250ms), (std::pair<std::size_t, int>{2, 3}));
    EXPECT_EQ(coir::now(), start + 200ms);
  });
}

TEST_F(staggered_race, an_earlier_one_may_still_win) {
  coir::testing::run([] {
    const connects all{slowly(400ms, 1), fails_after(10ms, "b"), slowly(1h, 3)};
    EXPECT_EQ(coir::staggered_race(all, 250ms), (std::pair<std::size_t, int>{0, 1}));
  });
}

TEST_F(staggered_race, of_failures_throws_them_all) {
  coir::testing::run([] {
    const auto start = coir::now();
    try {
      coir::staggered_race(connects{fails_after(1s, "a"), fails_after(100ms, "b"), fails_after(0ms, "c")}, 250ms);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const coir::group_error& e) {
      EXPECT_EQ(e.errors().size(), 3U);
      EXPECT_TRUE(names(e.what(), "a", "b", "c"));
    }
    EXPECT_EQ(coir::now(), start + 1s);
    EXPECT_EQ(text_of<std::runtime_error>([] { coir::staggered_race(connects{fails_after(1s, "alone")}, 250ms); }), "alone");
  });
}

TEST_F(staggered_race, of_nothing_is_an_error_that_says_so) {
  coir::testing::run([] {
    EXPECT_TRUE(names(text_of<std::invalid_argument>([] { coir::staggered_race(connects(), 250ms); }), "staggered_race"));
  });
}

TEST_F(staggered_race, without_results_tells_the_number) {
  coir::testing::run([] {
    const std::vector<std::function<void()>> all{sleep_long, [] { coir::sleep_for(1s); }};
    const std::size_t winner = coir::staggered_race(all, 250ms);
    EXPECT_EQ(winner, 1U);
  });
}

TEST_F(staggered_race, hands_over_results_that_cannot_be_copied_and_drops_the_losers) {
  coir::testing::run([] {
    const std::vector<std::function<std::unique_ptr<counted>()>> all{
        [c = counted(0)] { return sleep_long(), std::make_unique<counted>(0); },
        [c = counted(1)] { return coir::sleep_for(1s), std::make_unique<counted>(1); },
    };
    const auto [number, result] = coir::staggered_race(all, 250ms);
    EXPECT_EQ(number, 1U);
    EXPECT_EQ(result->value(), 1);
    EXPECT_EQ(counted::live(), 3) << "the two in the list, and the result";
  });
}

TEST_F(staggered_race, without_delay_starts_all_but_in_order) {
  coir::testing::run({.seed = 0}, [] {
    std::vector<int> order;
    std::vector<std::function<void()>> all;
    for (int i = 0; i < 4; ++i) all.emplace_back([&, i] { order.push_back(i), coir::sleep_for(1s); });
    EXPECT_EQ(coir::staggered_race(all, 0s), 0U);
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
  });
}

TEST_F(staggered_race, whose_caller_is_cancelled_ends_all_of_them) {
  coir::testing::run([] {
    const auto start = coir::now();
    int ended = 0;
    const auto slow = [&] {
      reason_of(sleep_long);
      coir::shielded([] { coir::sleep_for(1s); });
      ++ended;
    };
    const std::vector<std::function<void()>> all(9, slow);
    EXPECT_FALSE(coir::move_on_after(600ms, [&] { coir::staggered_race(all, 250ms); }));
    EXPECT_EQ(ended, 3);
    EXPECT_EQ(coir::now(), start + 1600ms);
  });
}

TEST_F(staggered_race, a_result_that_has_come_beats_a_later_cancel) {
  coir::testing::run([] {
    const connects all{slowly(1s, 4), [] {
                         reason_of(sleep_long);
                         coir::shielded([] { coir::sleep_for(2s); });
                         return 0;
                       }};
    auto caller = coir::spawn([&] { return coir::staggered_race(all, 250ms).second; });
    coir::sleep_for(2s);
    EXPECT_TRUE(caller.cancel("too late")) << "it waits for the loser";
    EXPECT_EQ(caller.get(), 4);
  });
}

TEST_F(staggered_race, errors_before_the_winner_are_nobodys) {
  coir::testing::run([] {
    const connects all{fails_after(0s, "in vain"), slowly(1s, 2)};
    EXPECT_EQ(coir::staggered_race(all, 250ms).second, 2);
  });
  EXPECT_TRUE(unhandled.take().empty());
}

TEST_F(staggered_race, of_two_that_end_together_one_wins) {
  coir::testing::run({.seed = 0}, [] {
    const connects all{slowly(500ms, 1), slowly(250ms, 2)};
    EXPECT_EQ(coir::staggered_race(all, 250ms).first, 0U) << "the one whose sleep began first";
  });
}

}  // namespace
