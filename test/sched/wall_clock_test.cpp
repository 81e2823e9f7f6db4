// Sleeping until a date: the wall clock may be set meanwhile.
#include <chrono>
#include <limits>

#include <coir/sched.hpp>
#include <coir/task.hpp>
#include <coir/task/detail/session.hpp>
#include <coir/testing.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using date_clock = std::chrono::system_clock;
using coir::detail::wall_time;

class sleeping_until_a_date : public support::nothing_left {
 protected:
  // Runs `main(clock)`, where it is the first of January 2030.
  template <class F>
  static void run(F&& main) {
    coir::testing::virtual_clock clock;
    clock.set_wall(new_year);
    auto& before = coir::lowlevel::exchange_clock(clock);
    coir::testing::virtual_poller poller(clock);
    {
      const coir::detail::session session(poller);
      main(clock);
    }
    coir::lowlevel::exchange_clock(before);
  }

  static constexpr date_clock::time_point new_year{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};
};

TEST_F(sleeping_until_a_date, takes_as_long_as_that_is_away) {
  run([](coir::testing::virtual_clock& clock) {
    const auto start = coir::now();
    coir::sleep_until(new_year + 36h);
    EXPECT_EQ(coir::now(), start + 36h);
    EXPECT_EQ(clock.wall(), new_year + 36h);
  });
}

TEST_F(sleeping_until_a_date, takes_dates_of_any_resolution) {
  run([](coir::testing::virtual_clock& clock) {
    coir::sleep_until(std::chrono::sys_days{std::chrono::year{2030} / 1 / 2});
    EXPECT_EQ(clock.wall(), new_year + 24h);
    coir::sleep_until(
        std::chrono::time_point<date_clock, std::chrono::duration<double>>((new_year + 25h).time_since_epoch()));
    EXPECT_EQ(clock.wall(), new_year + 25h);
  });
}

TEST_F(sleeping_until_a_date, yields_once_when_that_has_passed) {
  run([](coir::testing::virtual_clock&) {
    const auto start = coir::now();
    for (const auto date : {new_year, new_year - 1s, date_clock::time_point::min(), date_clock::time_point()}) {
      int turns = 0;
      auto other = coir::spawn([&] {
        ++turns;
        coir::yield();
        ++turns;
      });
      coir::sleep_until(date);
      EXPECT_EQ(turns, 1);
      other.join();
    }
    EXPECT_EQ(coir::now(), start);
  });
}

TEST_F(sleeping_until_a_date, lasts_longer_when_the_clock_is_set_back) {
  run([](coir::testing::virtual_clock& clock) {
    const auto start = coir::now();
    auto setter = coir::spawn([&] {
      coir::sleep_for(10s);
      clock.set_wall(new_year - 1h);
    });
    coir::sleep_until(new_year + 30s);
    EXPECT_GE(clock.wall(), new_year + 30s);
    EXPECT_EQ(coir::now(), start + 10s + 1h + 30s);
    setter.join();
  });
}

TEST_F(sleeping_until_a_date, ends_within_a_minute_when_the_clock_is_set_forward) {
  run([](coir::testing::virtual_clock& clock) {
    const auto start = coir::now();
    auto setter = coir::spawn([&] {
      coir::sleep_for(90s);
      clock.set_wall(new_year + 10h);
    });
    coir::sleep_until(new_year + 5h);
    EXPECT_GE(coir::now(), start + 90s);
    EXPECT_LE(coir::now(), start + 150s);
    setter.join();
  });
}

TEST_F(sleeping_until_a_date, beyond_what_the_clock_can_show_lasts_until_cancelled) {
  run([](coir::testing::virtual_clock&) {
    auto t = coir::spawn(
        [] { coir::sleep_until(std::chrono::time_point<date_clock, std::chrono::hours>(std::chrono::hours::max())); });
    coir::sleep_for(24h);
    EXPECT_FALSE(t.is_done());
    t.cancel();
    t.join();
  });
}

TEST(wall_time, is_rounded_up_and_clamped) {
  using hours = std::chrono::time_point<date_clock, std::chrono::hours>;
  using exact = std::chrono::time_point<date_clock, std::chrono::duration<double>>;
  EXPECT_EQ(wall_time(hours(3h)), date_clock::time_point(3h));
  EXPECT_EQ(wall_time(hours(std::chrono::hours::max())), date_clock::time_point::max());
  EXPECT_EQ(wall_time(hours(std::chrono::hours::min())), date_clock::time_point::min());
  EXPECT_EQ(wall_time(exact(std::chrono::duration<double>(1.25e-9))), date_clock::time_point(2ns));
  EXPECT_EQ(wall_time(exact(std::chrono::duration<double>(std::numeric_limits<double>::infinity()))),
            date_clock::time_point::max());
  EXPECT_EQ(wall_time(exact(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()))),
            date_clock::time_point::min());
}

TEST(clock_source, has_the_systems_date_unless_overridden) {
  const auto before = date_clock::now();
  const auto read = coir::lowlevel::clock_source::real().wall();
  EXPECT_LE(before, read);
  EXPECT_LE(read, date_clock::now());
}

}  // namespace
