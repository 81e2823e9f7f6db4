// A fiber whose descriptor is always ready does not keep the thread from others.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"

namespace {

using namespace std::chrono_literals;
using support::connection;
using support::raw_socket;

class fairness : public support::nothing_left {
 protected:
  // Runs `busy` beside a task that counts its turns; returns how many it had until `busy` ended.
  template <class F>
  static int ticks_during(F&& busy) {
    int ticks = 0;
    const auto ticking = coir::spawn([&] {
      for (;;) {
        coir::yield();
        ++ticks;
      }
    });
    coir::yield();
    const int before = ticks;
    busy();
    const int during = ticks - before;
    ticking.cancel();
    ticking.join();
    return during;
  }
};

TEST_F(fairness, of_a_reader_that_never_has_to_wait) {
  coir::run([] {
    connection c;
    constexpr int size = 16'384;
    c.peer.send(std::string(size, 'x'));
    const int ticks = ticks_during([&] {
      for (int i = 0; i < size; ++i) {
        char byte;
        ASSERT_EQ(c.stream.read_some(std::span(&byte, 1)), 1u);
      }
    });
    EXPECT_GE(ticks, size / 64);
  });
}

TEST_F(fairness, of_a_writer_that_never_has_to_wait) {
  coir::run([] {
    connection c;
    constexpr int size = 10'000;
    const int ticks = ticks_during([&] {
      for (int i = 0; i < size; ++i) c.stream.write_all("x");
    });
    EXPECT_GE(ticks, size / 64);
    EXPECT_EQ(c.peer.receive(size).size(), static_cast<std::size_t>(size));
  });
}

TEST_F(fairness, of_an_acceptor_that_never_has_to_wait) {
  coir::run([] {
    coir::tcp_listener l = coir::tcp_listener::bind("127.0.0.1:0");
    std::vector<raw_socket> clients;
    for (int i = 0; i < 256; ++i) clients.push_back(raw_socket::connect(l.local_endpoint()));
    const int ticks = ticks_during([&] {
      for (int i = 0; i < 256; ++i) EXPECT_TRUE(l.accept().is_open());
    });
    EXPECT_GE(ticks, 256 / 64);
  });
}

// The reader is fed by a thread, so neither it nor a timer may depend on the run queue running dry.
TEST_F(fairness, of_a_flooded_reader_lets_timers_and_other_descriptors_in) {
  coir::run([] {
    connection flood;
    connection quiet;
    std::atomic<bool> stop = false;
    std::thread source([&] {
      const std::string data(1024, 'x');
      for (int i = 0; i < 500'000 && !stop; ++i) flood.peer.send(data);
      flood.peer.shutdown_write();
    });
    bool slept = false;
    bool heard = false;
    const auto timer = coir::spawn([&] {
      coir::sleep_for(1ms);
      slept = true;
    });
    const auto other = coir::spawn([&] { heard = support::read_piece(quiet.stream) == "hello"; });
    coir::yield();
    quiet.peer.send("hello");
    char buffer[16];
    while (!(slept && heard) && flood.stream.read_some(std::span(buffer)) > 0) continue;
    EXPECT_TRUE(slept);
    EXPECT_TRUE(heard);
    stop = true;
    while (flood.stream.read_some(std::span(buffer)) > 0) continue;
    source.join();
    timer.join();
    other.join();
  });
}

TEST_F(fairness, of_yielding_tasks_lets_descriptors_in) {
  coir::run([] {
    connection c;
    bool heard = false;
    std::vector<coir::task<>> spinners;
    for (int i = 0; i < 10; ++i)
      spinners.push_back(coir::spawn([&] {
        for (int n = 0; n < 1'000'000 && !heard; ++n) coir::yield();
        EXPECT_TRUE(heard);
      }));
    const auto reader = coir::spawn([&] { heard = support::read_piece(c.stream) == "hello"; });
    coir::yield();
    c.peer.send("hello");
    reader.join();
    for (const auto& t : spinners) t.join();
  });
}

}  // namespace
