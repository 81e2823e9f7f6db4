// A call that threw cancelled did not happen: what it would have taken is the next one's.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "stream_pair.hpp"

namespace {

using support::connection;
using support::payload;
using support::raw_socket;
using support::read_exactly;
using support::read_piece;

class io_cancel : public support::nothing_left {};

TEST_F(io_cancel, of_a_read_leaves_later_data_to_the_next_read) {
  coir::run([] {
    connection c;
    for (int i = 0; i < 20; ++i) {
      const auto t = coir::spawn([&] { return read_piece(c.stream); });
      coir::yield();
      t.cancel("enough");
      EXPECT_THROW(t.get(), coir::cancelled);
      c.peer.send("later");
      ASSERT_EQ(read_piece(c.stream), "later");
    }
  });
}

TEST_F(io_cancel, of_a_read_in_one_turn_with_data_gives_the_data_once) {
  coir::run([] {
    connection c;
    for (int i = 0; i < 40; ++i) {
      const auto t = coir::spawn([&] { return read_piece(c.stream); });
      coir::yield();
      if (i % 2 == 0) t.cancel();
      c.peer.send("now");
      if (i % 4 == 1) coir::yield();  // the event is taken up before the cancel, perhaps
      if (i % 2 == 1) t.cancel();
      std::string got;
      try {
        got = t.get();
      } catch (const coir::cancelled&) {
        got = read_piece(c.stream);
      }
      ASSERT_EQ(got, "now") << "round " << i;
    }
  });
}

TEST_F(io_cancel, before_a_write_sends_nothing) {
  coir::run([] {
    connection c;
    coir::task<> self;
    self = coir::spawn([&] {
      self.cancel();
      c.stream.write_all("unsent");
    });
    EXPECT_THROW(self.get(), coir::cancelled);
    c.stream.write_all("sent");
    EXPECT_EQ(c.peer.receive(4), "sent");
  });
}

TEST_F(io_cancel, of_a_write_has_sent_a_beginning_of_it) {
  coir::run([] {
    auto c = connection::narrow();
    const std::string data = payload(4 << 20);
    const auto t = coir::spawn([&] { c.stream.write_all(data); });
    coir::yield();
    t.cancel();
    EXPECT_THROW(t.get(), coir::cancelled);
    c.stream.close();
    const std::string got = c.peer.receive_all();
    EXPECT_GT(got.size(), 0u);
    EXPECT_LT(got.size(), data.size());
    EXPECT_TRUE(data.starts_with(got));
  });
}

TEST_F(io_cancel, of_an_accept_leaves_the_connection_to_the_next_one) {
  coir::run([] {
    coir::tcp_listener l = coir::tcp_listener::bind("127.0.0.1:0");
    for (int i = 0; i < 20; ++i) {
      const auto t = coir::spawn([&] { return l.accept().remote_endpoint(); });
      coir::yield();
      if (i % 2 == 0) t.cancel();
      const raw_socket client = raw_socket::connect(l.local_endpoint());
      if (i % 2 == 1) t.cancel();
      coir::endpoint got;
      try {
        got = t.get();
      } catch (const coir::cancelled&) {
        got = l.accept().remote_endpoint();
      }
      ASSERT_EQ(got, client.local_endpoint());
    }
  });
}

TEST_F(io_cancel, at_any_moment_loses_and_doubles_no_byte) {
  coir::run([] {
    auto pair = support::connect_pair();
    const std::string sent = payload(300'000);
    std::string received;
    const auto writer = coir::spawn([&] {
      for (std::size_t at = 0, i = 0; at < sent.size(); ++i) {
        const std::size_t size = std::min(i * 37 % 613 + 1, sent.size() - at);
        pair.client.write_all(std::string_view(sent).substr(at, size));
        at += size;
        if (i % 3 == 0) coir::yield();
      }
    });
    int cancels = 0;
    for (int round = 0; received.size() < sent.size(); ++round) {
      const auto reader = coir::spawn([&] {
        for (;;) {
          const std::string piece = read_piece(pair.server, static_cast<std::size_t>(round) * 11 % 97 + 1);
          received += piece;
          if (received.size() == sent.size()) return;
        }
      });
      for (int i = 0; i < round % 7; ++i) coir::yield();
      reader.cancel();
      reader.join();
      try {
        reader.get();
      } catch (const coir::cancelled&) {
        ++cancels;
      }
    }
    writer.get();
    EXPECT_TRUE(received == sent);
    EXPECT_GT(cancels, 10);
  });
}

TEST_F(io_cancel, races_with_a_thread_that_writes_and_loses_no_byte) {
  coir::run([] {
    connection c;
    const std::string sent = payload(20'000);
    std::thread writer([&] {
      for (std::size_t at = 0; at < sent.size(); at += 10) c.peer.send(std::string_view(sent).substr(at, 10));
    });
    std::string received;
    while (received.size() < sent.size()) {
      const auto reader = coir::spawn([&] { received += read_piece(c.stream, 7); });
      coir::yield();
      reader.cancel();
      reader.join();
      try {
        reader.get();
      } catch (const coir::cancelled&) {
        received += read_exactly(c.stream, 1);
      }
    }
    writer.join();
    EXPECT_TRUE(received == sent);
  });
}

TEST_F(io_cancel, reaches_a_task_that_is_always_ready) {
  coir::run([] {
    connection c;
    const std::string data = payload(200'000);
    std::thread writer([&] { c.peer.send(data); });
    std::size_t have = 0;
    const auto t = coir::spawn([&] {
      for (char byte; have < data.size();) have += c.stream.read_some(std::span(&byte, 1));
    });
    while (have < 100) coir::yield();
    t.cancel();
    EXPECT_THROW(t.get(), coir::cancelled);
    EXPECT_TRUE(read_exactly(c.stream, data.size() - have) == data.substr(have));
    writer.join();
  });
}

}  // namespace
