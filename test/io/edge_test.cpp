// What an edge-triggered epoll tells once only must not be missed.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "stream_pair.hpp"

namespace {

using support::connection;
using support::read_exactly;
using support::read_piece;

class edge : public support::nothing_left {
 protected:
  static coir::task<std::string> parked_reader(coir::tcp_stream& s) {
    auto t = coir::spawn([&s] { return read_piece(s); });
    coir::yield();
    EXPECT_FALSE(t.is_done());
    return t;
  }
};

TEST_F(edge, is_not_needed_for_what_was_there_before_the_first_read) {
  coir::run([] {
    connection c;
    c.peer.send("early");
    EXPECT_EQ(read_piece(c.stream), "early");
  });
}

TEST_F(edge, comes_again_after_a_short_read) {
  coir::run([] {
    connection c;
    for (int i = 0; i < 20; ++i) {
      c.peer.send("short");
      EXPECT_EQ(read_piece(c.stream), "short");
    }
    for (int i = 0; i < 20; ++i) {
      const auto t = parked_reader(c.stream);
      c.peer.send("parked");
      EXPECT_EQ(t.get(), "parked");
    }
  });
}

TEST_F(edge, is_not_needed_for_the_rest_of_a_partial_read) {
  coir::run([] {
    connection c;
    const auto t = parked_reader(c.stream);
    c.peer.send("0123456789");
    EXPECT_EQ(t.get(), "0123456789");
    const auto first = coir::spawn([&] { return read_piece(c.stream, 3); });
    coir::yield();
    c.peer.send("0123456789");
    EXPECT_EQ(first.get(), "012");
    EXPECT_EQ(read_piece(c.stream, 3), "345");
    EXPECT_EQ(read_piece(c.stream, 4), "6789");
    c.peer.send("more");
    EXPECT_EQ(read_piece(c.stream), "more");
  });
}

TEST_F(edge, that_came_while_nobody_read_is_remembered) {
  coir::run([] {
    connection c;
    const auto t = parked_reader(c.stream);
    c.peer.send("one");
    EXPECT_EQ(t.get(), "one");
    c.peer.send("two");
    coir::sleep_for(std::chrono::milliseconds(1));  // turns in which the event is taken up
    EXPECT_EQ(read_piece(c.stream), "two");
  });
}

TEST_F(edge, of_one_direction_does_not_use_up_the_other) {
  coir::run([] {
    connection c = connection::narrow();
    const std::string data = support::payload(1 << 20);
    const auto reader = parked_reader(c.stream);
    const auto writer = coir::spawn([&] { c.stream.write_all(data); });
    coir::yield();
    c.peer.send("x");
    EXPECT_EQ(reader.get(), "x");
    EXPECT_FALSE(writer.is_done());
    const auto again = coir::spawn([&] { return read_piece(c.stream); });
    std::string got;
    while (got.size() < data.size()) {
      got += c.peer.receive_now();
      coir::yield();
    }
    writer.join();
    EXPECT_TRUE(got == data);
    c.peer.send("y");
    EXPECT_EQ(again.get(), "y");
  });
}

// A read stops at the mark of urgent data, and so is short although more is there.
TEST_F(edge, is_not_needed_for_what_follows_urgent_data) {
  coir::run([] {
    connection c;
    c.peer.send("before");
    c.peer.send_urgent('!');
    c.peer.send("after");
    EXPECT_EQ(read_exactly(c.stream, 11), "beforeafter");
    c.peer.send("later");
    EXPECT_EQ(read_exactly(c.stream, 5), "later");
  });
}

TEST_F(edge, is_not_needed_for_what_follows_urgent_data_that_woke_the_reader) {
  coir::run([] {
    connection c;
    auto t = coir::spawn([&] { return read_exactly(c.stream, 11); });
    coir::yield();
    c.peer.send("before");
    c.peer.send_urgent('!');
    c.peer.send("after");
    EXPECT_EQ(t.get(), "beforeafter");
    for (int i = 0; i < 10; ++i) {
      t = coir::spawn([&] { return read_exactly(c.stream, 4); });
      coir::yield();
      c.peer.send("ab");
      coir::yield();
      if (i % 2 == 0) c.peer.send_urgent('!');
      c.peer.send("cd");
      ASSERT_EQ(t.get(), "abcd");
    }
    c.peer.close();
    EXPECT_EQ(read_piece(c.stream), "");
  });
}

TEST_F(edge, of_urgent_data_alone_neither_ends_nor_breaks_a_read) {
  coir::run([] {
    connection c;
    const auto t = parked_reader(c.stream);
    c.peer.send_urgent('!');
    coir::sleep_for(std::chrono::milliseconds(1));
    EXPECT_FALSE(t.is_done());
    c.peer.send("data");
    EXPECT_EQ(t.get(), "data");
  });
}

TEST_F(edge, is_not_lost_between_many_messages_of_any_size_in_any_order) {
  coir::run([] {
    auto [a, b] = support::connect_pair();
    std::string sent;
    std::string received;
    const auto reader = coir::spawn([&, &b = b] {
      for (std::size_t limit = 1;; limit = limit * 7 % 1009 + 1) {
        const std::string piece = read_piece(b, limit);
        if (piece.empty()) break;
        received += piece;
      }
    });
    for (std::uint32_t i = 1; i <= 2000; ++i) {
      const std::string message = support::payload(i * 31 % 257 + 1, i);
      a.write_all(message);
      sent += message;
      if (i % 5 == 0) coir::yield();
    }
    a.shutdown_write();
    reader.join();
    EXPECT_TRUE(received == sent);
  });
}

}  // namespace
