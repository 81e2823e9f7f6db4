#include <coir/reactor/reactor.hpp>

#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "descriptor_famine.hpp"
#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "stream_pair.hpp"

namespace {

using namespace std::chrono_literals;
using coir::lowlevel::reactor;
using support::connection;
using support::read_piece;

class the_reactor : public support::nothing_left {};

TEST_F(the_reactor, is_the_threads_as_long_as_it_lives) {
  EXPECT_EQ(reactor::current(), nullptr);
  {
    const reactor r;
    EXPECT_EQ(reactor::current(), &r);
    std::thread([] { EXPECT_EQ(reactor::current(), nullptr); }).join();
    EXPECT_THROW(reactor second, std::logic_error);
    EXPECT_EQ(reactor::current(), &r);
  }
  EXPECT_EQ(reactor::current(), nullptr);
}

TEST_F(the_reactor, says_that_there_are_no_descriptors_for_it) {
  support::descriptor_famine none;
  EXPECT_THROW(reactor r, std::system_error);
  none.spare(1);
  EXPECT_THROW(reactor r, std::system_error);
  EXPECT_EQ(reactor::current(), nullptr);
  none.spare(1);
  const reactor r;
}

TEST_F(the_reactor, asks_without_waiting_when_the_deadline_has_passed) {
  reactor r;
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) r.poll(coir::now() - 1h);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_EQ(r.stats().waits, 100u);
}

TEST_F(the_reactor, waits_until_its_deadline_and_does_not_spin_meanwhile) {
  reactor r;
  const coir::deadline until = coir::now() + 20ms;
  int polls = 0;
  for (; coir::now() < until; ++polls) r.poll(until);
  EXPECT_LT(polls, 10);
}

TEST_F(the_reactor, waits_for_microseconds_and_not_for_whole_milliseconds) {
  reactor r;
  const coir::deadline begin = coir::now();
  for (int i = 0; i < 1000; ++i) r.poll(coir::now() + 10us);
  EXPECT_LT(coir::now() - begin, 900ms) << "rounded up to milliseconds";
}

TEST_F(the_reactor, ends_the_next_poll_when_it_was_interrupted_before) {
  reactor r;
  for (int i = 0; i < 10; ++i) r.interrupt();
  r.poll(coir::never);
  const coir::deadline until = coir::now() + 5ms;
  while (coir::now() < until) r.poll(until);  // does not hang, and the old interrupts are used up
  std::thread other([&] { r.interrupt(); });
  r.poll(coir::never);
  other.join();
}

TEST_F(the_reactor, is_interrupted_by_many_threads_and_loses_none) {
  reactor r;
  constexpr int rounds = 2000;
  std::atomic<int> asked = 0;
  int seen = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < rounds; ++i) {
        ++asked;
        r.interrupt();
      }
    });
  while (seen < 4 * rounds) {
    r.poll(coir::never);  // hangs if an interrupt that followed the last look was lost
    seen = asked;
  }
  for (auto& t : threads) t.join();
}

TEST_F(the_reactor, registers_a_stream_once_and_then_makes_no_call_for_it) {
  coir::run([] {
    const reactor& r = *reactor::current();
    auto [a, b] = support::connect_pair();
    const auto answering = coir::spawn([&b = b] { support::echo(b); });
    const auto ask = [&a = a] {
      a.write_all("ping");
      EXPECT_EQ(support::read_exactly(a, 4), "ping");
    };
    ask();
    const auto before = r.stats();
    for (int i = 0; i < 1000; ++i) ask();
    EXPECT_EQ(r.stats().registrations, before.registrations);
    EXPECT_GT(r.stats().events, before.events);
    EXPECT_GT(r.stats().waits, before.waits);
    a.shutdown_write();
    answering.join();
  });
}

TEST_F(the_reactor, registers_a_listener_once) {
  coir::run([] {
    coir::tcp_listener l = coir::tcp_listener::bind("127.0.0.1:0");
    const auto accepting = coir::spawn([&] {
      for (int i = 0; i < 100; ++i) EXPECT_TRUE(l.accept().is_open());
    });
    coir::yield();
    const auto before = reactor::current()->stats().registrations;
    for (int i = 0; i < 100; ++i) {
      const auto client = support::raw_socket::connect(l.local_endpoint());
      coir::yield();
    }
    accepting.join();
    EXPECT_EQ(reactor::current()->stats().registrations, before);
  });
}

TEST_F(the_reactor, registers_nothing_for_streams_that_never_wait) {
  coir::run([] {
    connection c;
    c.peer.send("there");
    const auto before = reactor::current()->stats().registrations;
    EXPECT_EQ(read_piece(c.stream), "there");
    c.stream.write_all("and back");
    EXPECT_EQ(reactor::current()->stats().registrations, before);
    EXPECT_EQ(reactor::current()->sources(), 0u);
  });
}

TEST_F(the_reactor, counts_its_sources) {
  coir::run([] {
    std::vector<coir::task<>> tasks;
    std::vector<connection> all(20);
    for (auto& c : all) tasks.push_back(coir::spawn([&c] { read_piece(c.stream); }));
    coir::yield();
    EXPECT_EQ(reactor::current()->sources(), 20u);
    for (int i = 0; i < 20; i += 2) all[i].stream.close();
    EXPECT_EQ(reactor::current()->sources(), 10u);
    for (int i = 0; i < 20; i += 2) EXPECT_THROW(tasks[i].get(), coir::closed);
    for (int i = 1; i < 20; i += 2) all[i].peer.close();
    for (int i = 1; i < 20; i += 2) tasks[i].get();
    all.clear();
    EXPECT_EQ(reactor::current()->sources(), 0u);
  });
}

TEST_F(the_reactor, wakes_more_fibers_than_one_batch_holds) {
  coir::run([] {
    std::vector<connection> all(600);
    std::vector<coir::task<std::string>> tasks;
    for (auto& c : all) tasks.push_back(coir::spawn([&c] { return read_piece(c.stream); }));
    coir::yield();
    for (std::size_t i = 0; i < all.size(); ++i) all[i].peer.send(std::to_string(i));
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(tasks[i].get(), std::to_string(i));
  });
}

TEST_F(the_reactor, hits_nobody_with_events_for_slots_that_have_new_owners) {
  coir::run([] {
    std::vector<connection> old(50);
    std::vector<coir::task<>> tasks;
    for (auto& c : old) tasks.push_back(coir::spawn([&c] { read_piece(c.stream); }));
    coir::yield();
    for (auto& c : old) c.peer.send("x");  // 50 events wait in the kernel
    std::vector<connection> fresh(50);
    for (auto& c : old) c.stream.close();
    std::vector<coir::task<std::string>> readers;
    for (auto& c : fresh) readers.push_back(coir::spawn([&c] { return read_piece(c.stream); }));
    for (const auto& t : tasks) EXPECT_THROW(t.get(), coir::closed);
    coir::yield();
    for (const auto& t : readers) EXPECT_FALSE(t.is_done());
    for (auto& c : fresh) c.peer.send("y");
    for (const auto& t : readers) EXPECT_EQ(t.get(), "y");
  });
}

}  // namespace
