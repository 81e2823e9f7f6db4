// The dump sees what tasks wait for, and reaches threads that wait for events.
#include <chrono>
#include <latch>
#include <sstream>
#include <string>
#include <thread>

#include <coir/coir.hpp>

#include "nothing_left.hpp"

namespace {

using namespace std::chrono_literals;
using dumping = support::nothing_left;

std::string dump() {
  std::ostringstream out;
  coir::dump(out);
  return out.str();
}

TEST_F(dumping, says_what_a_task_waits_for_and_where) {
  coir::run([] {
    const auto sleeper = coir::spawn({.name = "sleeper"}, [] { coir::sleep_for(1h); });
    const auto fresh = coir::spawn({.name = "fresh"}, [] { coir::sleep_for(1h); });
    coir::yield();
    const auto yielder = coir::spawn({.name = "yielder"}, [] {
      for (;;) coir::yield();
    });
    coir::yield();
    const auto unstarted = coir::spawn({.name = "unstarted"}, [] {});
    const std::string text = dump();
    const auto at = text.find("'sleeper' (parked), waits for ");
    ASSERT_NE(at, std::string::npos) << text;
    EXPECT_EQ(text.compare(text.find('\n', at) + 1, 6, "      "), 0) << text;
    EXPECT_NE(text.find("'yielder' (parked), waits for its turn"), std::string::npos) << text;
    EXPECT_NE(text.find("'unstarted' (not started)"), std::string::npos) << text;
  });
}

TEST_F(dumping, wakes_an_idle_thread_for_its_share) {
  std::latch ready(1);
  coir::lowlevel::wake_token token;
  std::thread other([&] {
    coir::run([&] {
      auto waits = coir::spawn({.name = "waits"}, [&] {
        auto& scheduler = coir::lowlevel::scheduler::required("test");
        token = scheduler.prepare();
        ready.count_down();
        scheduler.park(token, "a sign");
      });
      waits.join();
    });
  });
  ready.wait();
  const std::string text = dump();
  coir::lowlevel::scheduler::wake(token);
  other.join();
  EXPECT_EQ(text.find("busy"), std::string::npos) << text;
  EXPECT_NE(text.find("'waits' ("), std::string::npos) << text;
}

}  // namespace
