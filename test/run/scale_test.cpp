// The figures that hold at the default limits of a machine.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "nothing_left.hpp"
#include "payload.hpp"

namespace {

using namespace std::chrono_literals;

class scale : public support::nothing_left {};

TEST_F(scale, ten_thousand_fibers_sleep_at_once) {
  coir::run([] {
    constexpr int fibers = 10'000;
    int asleep = 0;
    int most = 0;
    const coir::deadline base = coir::now() + 300ms;
    std::vector<coir::task<bool>> tasks;
    for (int i = 0; i < fibers; ++i)
      tasks.push_back(coir::spawn([&, i] {
        const coir::deadline until = base + std::chrono::microseconds(i * 7919 % 50'000);
        most = std::max(most, ++asleep);
        coir::sleep_until(until);
        --asleep;
        return coir::now() >= until;
      }));
    for (const auto& t : tasks) ASSERT_TRUE(t.get());
    EXPECT_EQ(asleep, 0);
    EXPECT_EQ(most, fibers);
  });
}

TEST_F(scale, ten_thousand_sleeping_fibers_are_cancelled_when_main_returns) {
  int cancelled = 0;
  coir::run([&] {
    for (int i = 0; i < 10'000; ++i)
      coir::spawn([&] {
        try {
          coir::sleep_for(1h);
        } catch (const coir::cancelled&) {
          ++cancelled;
        }
      });
    coir::yield();
  });
  EXPECT_EQ(cancelled, 10'000);
}

TEST_F(scale, a_thousand_connections_echo_at_once) {
  coir::run([] {
    constexpr std::uint32_t connections = 1000;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    ASSERT_GE(limit.rlim_cur, 2 * connections + 50) << "the hard limit on descriptors is too low for this test";

    coir::tcp_listener listener = coir::tcp_listener::bind("127.0.0.1:0");
    const coir::endpoint at = listener.local_endpoint();
    const auto serving = coir::spawn([&] {
      for (;;) coir::spawn([s = listener.accept()]() mutable { support::echo(s, 1024); });
    });

    std::uint32_t connected = 0;
    coir::lowlevel::wait_queue all_connected;
    std::vector<coir::task<>> clients;
    for (std::uint32_t i = 0; i < connections; ++i)
      clients.push_back(coir::spawn([&, i] {
        coir::tcp_stream s = coir::tcp_connect(at);
        if (++connected == connections) all_connected.notify_all();
        while (connected < connections) all_connected.wait_or_throw("the others");
        for (std::uint32_t round = 0; round < 5; ++round) {
          const std::string message = support::payload(64, i * 5 + round);
          s.write_all(message);
          ASSERT_EQ(support::read_exactly(s, 64), message);
        }
      }));
    for (const auto& t : clients) t.get();
    EXPECT_EQ(connected, connections);
    serving.cancel();
    serving.join();
  });
}

}  // namespace
