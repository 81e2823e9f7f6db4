// How a stream ends: half-close, the end after data, and data that comes together with the end.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"

namespace {

using support::connection;
using support::read_exactly;
using support::read_piece;

class stream_end : public support::nothing_left {
 protected:
  // A task that reads once and is parked in that.
  static coir::task<std::string> parked_reader(coir::tcp_stream& s, std::size_t limit = 65536) {
    auto t = coir::spawn([&s, limit] { return read_piece(s, limit); });
    coir::yield();
    EXPECT_FALSE(t.is_done());
    return t;
  }
};

TEST_F(stream_end, is_zero_bytes_as_often_as_one_asks) {
  coir::run([] {
    connection c;
    c.peer.shutdown_write();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(read_piece(c.stream), "");
    EXPECT_TRUE(c.stream.is_open());
  });
}

TEST_F(stream_end, wakes_a_reader) {
  coir::run([] {
    connection c;
    const auto t = parked_reader(c.stream);
    c.peer.close();
    EXPECT_EQ(t.get(), "");
  });
}

TEST_F(stream_end, is_seen_after_data_that_came_with_it) {
  coir::run([] {
    connection c;
    c.peer.send("last words");
    c.peer.close();
    EXPECT_EQ(read_piece(c.stream), "last words");
    EXPECT_EQ(read_piece(c.stream), "");
  });
}

// The event tells of both at once; a short read must not be taken for "not ready", for no event follows.
TEST_F(stream_end, is_seen_after_data_that_woke_the_reader_together_with_it) {
  coir::run([] {
    connection c;
    const auto t = parked_reader(c.stream);
    c.peer.send("last words");
    c.peer.close();
    EXPECT_EQ(t.get(), "last words");
    EXPECT_EQ(read_piece(c.stream), "");
  });
}

TEST_F(stream_end, is_seen_after_a_read_that_was_exactly_filled) {
  coir::run([] {
    connection c;
    const auto t = parked_reader(c.stream, 4);
    c.peer.send("full");
    c.peer.close();
    EXPECT_EQ(t.get(), "full");
    EXPECT_EQ(read_piece(c.stream, 4), "");
  });
}

TEST_F(stream_end, is_seen_when_it_comes_after_a_short_read) {
  coir::run([] {
    connection c;
    c.peer.send("short");
    EXPECT_EQ(read_piece(c.stream), "short");
    c.peer.close();
    EXPECT_EQ(read_piece(c.stream), "");
  });
}

TEST_F(stream_end, is_seen_by_many_streams_whose_peers_write_and_close_at_once) {
  coir::run([] {
    for (int round = 0; round < 100; ++round) {
      connection c;
      const auto t = coir::spawn([&] { return read_exactly(c.stream, 1000); });
      if (round % 2 == 0) coir::yield();
      c.peer.send("a");
      if (round % 3 == 0) coir::yield();
      c.peer.send("b");
      c.peer.close();
      ASSERT_EQ(t.get(), "ab");
    }
  });
}

TEST_F(stream_end, of_ours_leaves_reading_as_it_was) {
  coir::run([] {
    connection c;
    c.stream.write_all("question");
    c.stream.shutdown_write();
    EXPECT_EQ(c.peer.receive_all(), "question");
    c.peer.send("answer");
    c.peer.close();
    EXPECT_EQ(read_exactly(c.stream, 100), "answer");
  });
}

TEST_F(stream_end, of_theirs_leaves_writing_as_it_was) {
  coir::run([] {
    connection c;
    c.peer.shutdown_write();
    EXPECT_EQ(read_piece(c.stream), "");
    EXPECT_EQ(c.stream.write_all("still here"), 10u);
    c.stream.close();
    EXPECT_EQ(c.peer.receive_all(), "still here");
  });
}

TEST_F(stream_end, of_ours_is_an_error_for_later_writes_and_no_signal) {
  coir::run([] {
    connection c;
    c.stream.shutdown_write();
    std::error_code error;
    EXPECT_EQ(c.stream.write_all("too late", error), 0u);
    EXPECT_EQ(error, std::errc::broken_pipe);
  });
}

TEST_F(stream_end, of_a_peer_that_is_gone_is_an_error_for_writes_and_no_signal) {
  coir::run([] {
    connection c;
    c.peer.close();
    std::error_code error;
    const std::string data(1 << 16, 'x');
    for (int i = 0; i < 1000 && !error; ++i) c.stream.write_all(data, error);
    EXPECT_TRUE(error == std::errc::broken_pipe || error == std::errc::connection_reset) << error.message();
  });
}

TEST_F(stream_end, is_not_what_an_empty_buffer_reads) {
  coir::run([] {
    connection c;
    EXPECT_EQ(c.stream.read_some(std::span<std::byte>()), 0u) << "with nothing there";
    c.peer.send("x");
    EXPECT_EQ(c.stream.read_some(std::span<std::byte>()), 0u) << "with a byte there";
    EXPECT_EQ(read_piece(c.stream), "x");
    const auto t = parked_reader(c.stream);
    c.peer.send("y");
    EXPECT_EQ(t.get(), "y");
  });
}

TEST_F(stream_end, does_not_come_of_writing_nothing) {
  coir::run([] {
    connection c;
    EXPECT_EQ(c.stream.write_all(std::string_view()), 0u);
    EXPECT_FALSE(c.peer.is_readable());
    c.stream.write_all("x");
    EXPECT_EQ(c.peer.receive(1), "x");
  });
}

TEST_F(stream_end, is_seen_by_the_peer_when_the_stream_is_destroyed) {
  coir::run([] {
    connection c;
    c.stream.write_all("bye");
    { const coir::tcp_stream gone = std::move(c.stream); }
    EXPECT_EQ(c.peer.receive_all(), "bye");
  });
}

}  // namespace
