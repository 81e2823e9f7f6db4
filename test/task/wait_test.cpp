// Waiting for some of several tasks.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
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
using wait = support::nothing_left;
using as_completed = support::nothing_left;
using support::counted;
using support::reason_of;
using support::text_of;
using tasks = std::vector<coir::task<int>>;

coir::task<int> ends_after(coir::clock::duration d, int value = 0) {
  return coir::spawn([d, value] {
    coir::sleep_for(d);
    return value;
  });
}
coir::task<int> fails_after(coir::clock::duration d, std::string text = "failed") {
  return coir::spawn([d, text]() -> int {
    coir::sleep_for(d);
    throw std::runtime_error(text);
  });
}

TEST_F(wait, for_the_first_that_ends) {
  coir::testing::run([] {
    const auto start = coir::now();
    const tasks all{ends_after(3s), ends_after(1s), ends_after(2s)};
    const auto [done, pending] = coir::wait(all, coir::first_completed);
    EXPECT_EQ(coir::now(), start + 1s);
    EXPECT_EQ(done, tasks{all[1]});
    EXPECT_EQ(pending, (tasks{all[0], all[2]}));
    coir::sleep_for(5s);
    for (const auto& t : all) EXPECT_NO_THROW(t.get()) << "none was cancelled";
  });
}

TEST_F(wait, for_the_first_of_several_that_end_in_one_turn) {
  coir::testing::run([] {
    const tasks all{ends_after(1s), ends_after(1s), ends_after(2s)};
    const auto [done, pending] = coir::wait(all, coir::first_completed);
    EXPECT_GE(done.size(), 1U);
    EXPECT_EQ(done.size() + pending.size(), 3U);
    for (const auto& t : done) EXPECT_TRUE(t.is_done());
    for (const auto& t : pending) EXPECT_FALSE(t.is_done());
  });
}

TEST_F(wait, for_all) {
  coir::testing::run([] {
    const auto start = coir::now();
    const tasks all{ends_after(3s), fails_after(1s), ends_after(2s)};
    const auto [done, pending] = coir::wait(all);
    EXPECT_EQ(coir::now(), start + 3s);
    EXPECT_EQ(done, all);
    EXPECT_TRUE(pending.empty());
    EXPECT_EQ(text_of<std::runtime_error>([&done = done] { (void)done[1].get(); }), "failed");
    EXPECT_EQ(coir::wait(std::array{all[0]}, coir::all_completed).first.size(), 1U);
  });
}

TEST_F(wait, for_the_first_that_fails) {
  coir::testing::run([] {
    const auto start = coir::now();
    const tasks all{ends_after(1s), ends_after(9s), fails_after(3s), ends_after(1h)};
    all[3].cancel();  // which is no failure
    coir::task<int> doomed = all[1];
    coir::spawn([doomed] { coir::sleep_for(2s), doomed.cancel(); });
    const auto [done, pending] = coir::wait(all, coir::first_exception);
    EXPECT_EQ(coir::now(), start + 3s);
    EXPECT_EQ(done, all);
    EXPECT_TRUE(pending.empty());
    EXPECT_THROW(all[2].get(), std::runtime_error);

    const tasks more{ends_after(5s), fails_after(1s)};
    EXPECT_EQ(coir::wait(more, coir::first_exception).second, tasks{more[0]});
    EXPECT_THROW(more[1].get(), std::runtime_error);
    const tasks good{ends_after(2s), ends_after(1s)};
    EXPECT_EQ(coir::wait(good, coir::first_exception).first, good) << "all, as none has failed";
  });
}

TEST_F(wait, a_failure_that_was_there_before_counts) {
  coir::testing::run([] {
    const tasks all{ends_after(1h), fails_after(0s), ends_after(0s)};
    coir::sleep_for(1s);
    const auto start = coir::now();
    EXPECT_EQ(coir::wait(all, coir::first_exception).first, (tasks{all[1], all[2]}));
    EXPECT_EQ(coir::wait(all, coir::first_completed).first, (tasks{all[1], all[2]}));
    EXPECT_EQ(coir::now(), start);
    EXPECT_THROW(all[1].get(), std::runtime_error);
  });
}

TEST_F(wait, ends_with_its_time) {
  coir::testing::run([] {
    const auto start = coir::now();
    const tasks all{ends_after(3s), ends_after(2s), ends_after(9s)};
    const auto [none, three] = coir::wait(all, coir::first_completed, 1s);
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(three, all);
    EXPECT_EQ(coir::now(), start + 1s);
    const auto [two, one] = coir::wait_until(all, coir::all_completed, start + 5s);
    EXPECT_EQ(two, (tasks{all[0], all[1]}));
    EXPECT_EQ(one, tasks{all[2]});
    EXPECT_EQ(coir::now(), start + 5s);
    EXPECT_EQ(coir::wait(all, coir::all_completed, 0s).first.size(), 2U);
    EXPECT_EQ(coir::wait(all, coir::all_completed, -1s).second.size(), 1U);
    EXPECT_EQ(coir::now(), start + 5s);
    EXPECT_EQ(coir::wait(all, coir::first_exception, std::chrono::hours::max()).first.size(), 3U);
    EXPECT_EQ(coir::now(), start + 9s);
  });
}

TEST_F(wait, for_nothing_is_over_at_once) {
  coir::testing::run([] {
    for (auto mode : {coir::first_completed, coir::first_exception, coir::all_completed}) {
      const auto [done, pending] = coir::wait(tasks(), mode);
      EXPECT_TRUE(done.empty() && pending.empty());
    }
  });
}

TEST_F(wait, gives_duplicates_as_often_as_they_were_given) {
  coir::testing::run([] {
    const auto t = ends_after(1s);
    EXPECT_EQ(coir::wait(tasks{t, t}).first.size(), 2U);
    EXPECT_EQ(coir::wait(tasks{t, t}, coir::first_completed).first.size(), 2U);
  });
}

TEST_F(wait, whose_caller_is_cancelled_cancels_none) {
  coir::testing::run([] {
    const tasks all{ends_after(3s, 1), ends_after(4s, 2)};
    for (auto mode : {coir::first_completed, coir::first_exception, coir::all_completed})
      EXPECT_FALSE(coir::move_on_after(100ms, [&] { coir::wait(all, mode); }));
    EXPECT_EQ(all[0].get() + all[1].get(), 3);
  });
}

TEST_F(wait, in_a_cancelled_scope_is_cancelled_even_when_all_have_ended) {
  coir::testing::run([] {
    const tasks all{ends_after(0s, 1)};
    all[0].join();
    auto ended = coir::as_completed(all);
    coir::cancel_scope s;
    s.run([&] {
      s.cancel("enough");
      EXPECT_EQ(reason_of([&] { coir::wait(all); }), "enough");
      EXPECT_EQ(reason_of([&] { (void)ended.begin(); }), "enough");
    });
    int given = 0;
    for (auto& t : ended) given += t.get();
    EXPECT_EQ(given, 1) << "none was lost";
  });
}

TEST_F(wait, throws_nothing_and_leaves_errors_to_the_handles) {
  coir::testing::run([] { coir::wait(tasks{fails_after(1s, "nobody asked")}); });
  const auto reports = unhandled.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "nobody asked");
}

TEST_F(wait, refuses_what_it_cannot_wait_for) {
  coir::testing::run([] {
    EXPECT_THROW(coir::wait(tasks{ends_after(0s), {}}), std::logic_error);
    EXPECT_THROW((void)coir::as_completed(tasks{ends_after(0s), {}}), std::logic_error);
    coir::task<int> self;
    self = coir::spawn([&] {
      EXPECT_THROW(coir::wait(tasks{self}), std::logic_error);
      EXPECT_THROW((void)coir::as_completed(tasks{self}), std::logic_error);
      return 1;
    });
    EXPECT_EQ(self.get(), 1);
    const tasks ours{ends_after(1s)};
    std::thread([&] {
      coir::testing::run([&] {
        EXPECT_THROW(coir::wait(ours), std::logic_error);
        EXPECT_THROW((void)coir::as_completed(ours), std::logic_error);
      });
    }).join();
    ours[0].join();
  });
}

TEST_F(wait, serves_several_waiters_at_once) {
  coir::testing::run([] {
    const tasks all{ends_after(1s), ends_after(2s), ends_after(3s)};
    std::vector<coir::task<std::size_t>> waiters;
    for (int i = 0; i < 3; ++i) {
      waiters.push_back(coir::spawn([&] { return coir::wait(all, coir::first_completed).first.size(); }));
      waiters.push_back(coir::spawn([&] { return coir::wait(all).first.size(); }));
    }
    EXPECT_EQ(coir::gather(waiters), (std::vector<std::size_t>{1, 3, 1, 3, 1, 3}));
  });
}

TEST_F(as_completed, gives_the_handles_in_the_order_of_their_ends) {
  coir::testing::run([] {
    const auto start = coir::now();
    const tasks all{ends_after(3s, 3), ends_after(1s, 1), ends_after(2s, 2), ends_after(0s, 0)};
    int expected = 0;
    for (auto& t : coir::as_completed(all)) {
      EXPECT_EQ(coir::now(), start + expected * 1s);
      EXPECT_EQ(t.get(), expected);
      EXPECT_EQ(t, all[expected == 0 ? 3U : expected == 3 ? 0U : static_cast<std::size_t>(expected)]);
      ++expected;
    }
    EXPECT_EQ(expected, 4);
  });
}

TEST_F(as_completed, gives_errors_and_cancelled_ones_like_any) {
  coir::testing::run([] {
    const tasks all{fails_after(2s, "bad"), ends_after(1h), ends_after(3s, 3)};
    all[1].cancel("gone");
    std::string seen;
    for (const auto& t : coir::as_completed(all)) try {
        seen += std::to_string(t.get());
      } catch (const std::runtime_error& e) {
        seen += e.what();
      } catch (const coir::cancelled& c) {
        seen += c.reason();
      }
    EXPECT_EQ(seen, "gonebad3");
  });
}

TEST_F(as_completed, of_nothing_is_empty) {
  coir::testing::run([] {
    for (auto& t : coir::as_completed(tasks())) ADD_FAILURE() << t.name();
  });
}

TEST_F(as_completed, may_be_left_early_and_kept_beyond_its_tasks_scope) {
  coir::testing::run([] {
    {
      const tasks all{ends_after(1s, 1), ends_after(2s, 2), ends_after(3s, 3)};
      for (auto& t : coir::as_completed(all)) {
        EXPECT_EQ(t.get(), 1);
        break;
      }
    }
    auto rest = coir::as_completed(tasks{ends_after(2s, 2), ends_after(1s, 1)});
    coir::sleep_for(3s);
    std::vector<int> order;
    for (auto& t : rest) order.push_back(t.get());
    EXPECT_EQ(order, (std::vector{1, 2})) << "in the order of their ends, though nobody looked meanwhile";
  });
}

TEST_F(as_completed, gives_tasks_that_had_ended_before_at_once) {
  coir::testing::run([] {
    const tasks all{ends_after(9s, 9), ends_after(0s, 1), ends_after(0s, 2)};
    coir::sleep_for(1s);
    std::vector<int> order;
    for (auto& t : coir::as_completed(all)) order.push_back(t.get());
    EXPECT_EQ(order, (std::vector{1, 2, 9}));
  });
}

TEST_F(as_completed, is_an_input_range) {
  using range = decltype(coir::as_completed(tasks()));
  static_assert(std::ranges::input_range<range>);
  coir::testing::run([] {
    const tasks all{ends_after(3s, 3), ends_after(1s, 1), ends_after(2s, 2)};
    auto ended = coir::as_completed(all);
    std::vector<int> order;
    std::ranges::for_each(ended, [&](auto& t) { order.push_back(t.get()); });
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
  });
}

TEST_F(as_completed, ends_a_step_by_cancellation_and_cancels_none) {
  coir::testing::run([] {
    const tasks all{ends_after(1s, 1), ends_after(9s, 9)};
    auto ended = coir::as_completed(all);
    int seen = 0;
    EXPECT_FALSE(coir::move_on_after(2s, [&] {
      for (auto& t : ended) seen += t.get();
    }));
    EXPECT_EQ(seen, 1);
    EXPECT_EQ(all[1].get(), 9);
  });
}

TEST_F(as_completed, of_ten_thousand_takes_each_once) {
  coir::testing::run([] {
    std::vector<coir::task<>> all;
    for (int i = 0; i < 10'000; ++i) all.push_back(coir::spawn([i, c = counted(1)] { coir::sleep_for((i * 7919 % 10'000) * 1ms); }));
    std::size_t ended = 0;
    for (auto& t : coir::as_completed(all)) ended += t.is_done();
    EXPECT_EQ(ended, all.size());
  });
}

}  // namespace
