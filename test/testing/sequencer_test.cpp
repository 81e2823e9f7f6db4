#include <coir/testing/sequencer.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <coir/base/cancelled.hpp>
#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using coir::testing::sequencer;
using sequencing = support::nothing_left;

TEST_F(sequencing, lets_fibers_pass_in_the_order_of_their_numbers) {
  for (const std::uint64_t seed : {0, 1, 2, 3}) {
    std::vector<int> passed;
    coir::testing::run({.seed = seed}, [&] {
      sequencer seq;
      const auto visit = [&](std::vector<unsigned> places) {
        return coir::spawn([&, places] {
          for (const unsigned place : places) {
            seq(place);
            passed.push_back(static_cast<int>(place));
          }
        });
      };
      const coir::task<> tasks[] = {visit({1, 3, 5}), visit({4}), visit({0, 2, 6})};
      for (const auto& t : tasks) t.join();
    });
    EXPECT_EQ(passed.size(), 7U);
    // The code after a place may be overtaken by what follows the next one; the block below is not.
  }
}

TEST_F(sequencing, holds_the_next_until_the_end_of_the_block) {
  for (const std::uint64_t seed : {0, 1, 2, 3}) {
    std::vector<int> said;
    coir::testing::run({.seed = seed}, [&] {
      sequencer seq;
      const auto second = coir::spawn([&] {
        const auto turn = seq(1);
        said.push_back(2);
      });
      const auto first = coir::spawn([&] {
        const auto turn = seq(0);
        said.push_back(0);
        coir::sleep_for(1h);
        said.push_back(1);
      });
      seq(2);
      said.push_back(3);
    });
    EXPECT_EQ(said, (std::vector{0, 1, 2, 3}));
  }
}

TEST_F(sequencing, does_not_wait_for_the_first) {
  coir::testing::run([] {
    sequencer seq;
    coir::testing::expect_no_switch([&] {
      seq(0);
      seq(1);
    });
  });
}

TEST_F(sequencing, refuses_a_place_that_was_used) {
  coir::testing::run([] {
    sequencer seq;
    seq(0);
    EXPECT_TRUE(support::names(support::text_of<std::logic_error>([&] { seq(0); }), "place 0"));
    const auto waits = coir::spawn([&] { seq(2); });
    coir::yield();
    EXPECT_TRUE(support::names(support::text_of<std::logic_error>([&] { seq(2); }), "place 2"));
    seq(1);
    waits.get();
  });
}

TEST_F(sequencing, says_that_a_place_after_a_cancelled_one_never_comes) {
  coir::testing::run([] {
    sequencer seq;
    const auto lost = coir::spawn([&] { seq(2); });
    const auto after = coir::spawn([&] { seq(3); });
    const auto before = coir::spawn([&] { seq(1); });
    coir::yield();
    lost.cancel();
    EXPECT_THROW(lost.get(), coir::cancelled);
    EXPECT_TRUE(support::names(support::text_of<std::logic_error>([&] { after.get(); }), "place 2"));
    EXPECT_THROW(seq(7), std::logic_error);
    seq(0);
    before.get();
  });
}

}  // namespace
