// close() while others use the stream, and the number of a closed descriptor, which the next one gets.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"

namespace {

using support::connection;
using support::read_piece;

class close_of_a_stream : public support::nothing_left {
 protected:
  template <class F>
  static auto parked(F&& body) {
    auto t = coir::spawn(std::forward<F>(body));
    coir::yield();
    EXPECT_FALSE(t.is_done());
    return t;
  }
};

TEST_F(close_of_a_stream, wakes_a_reader) {
  coir::run([] {
    connection c;
    const auto t = parked([&] { return read_piece(c.stream); });
    c.stream.close();
    EXPECT_THROW(t.get(), coir::closed);
    EXPECT_EQ(c.peer.receive(1), "");
  });
}

TEST_F(close_of_a_stream, wakes_a_reader_and_a_writer) {
  coir::run([] {
    auto c = connection::narrow();
    const std::string data(8 << 20, 'x');
    const auto reader = parked([&] { return read_piece(c.stream); });
    const auto writer = parked([&] { c.stream.write_all(data); });
    c.stream.close();
    EXPECT_THROW(reader.get(), coir::closed);
    EXPECT_THROW(writer.get(), coir::closed);
  });
}

TEST_F(close_of_a_stream, is_idempotent_and_leaves_only_closed) {
  coir::run([] {
    connection c;
    c.stream.close();
    c.stream.close();
    EXPECT_FALSE(c.stream.is_open());
    EXPECT_EQ(c.stream.native_handle(), -1);
    EXPECT_EQ(c.stream.release(), -1);
    EXPECT_THROW(read_piece(c.stream), coir::closed);
    EXPECT_THROW(c.stream.read_some(std::span<std::byte>()), coir::closed);
    EXPECT_THROW(c.stream.write_all("x"), coir::closed);
    EXPECT_THROW(c.stream.shutdown_write(), coir::closed);
    EXPECT_THROW((void)c.stream.local_endpoint(), coir::closed);
    EXPECT_THROW((void)c.stream.remote_endpoint(), coir::closed);
  });
}

TEST_F(close_of_a_stream, that_never_was_open_does_nothing) {
  coir::run([] {
    coir::tcp_stream s;
    s.close();
    EXPECT_FALSE(s.is_open());
    EXPECT_THROW(read_piece(s), coir::closed);
    EXPECT_THROW(s.write_all("x"), coir::closed);
    EXPECT_THROW((void)s.local_endpoint(), coir::closed);
  });
}

TEST_F(close_of_a_stream, in_one_turn_with_a_cancel_ends_the_read_by_either) {
  coir::run([] {
    for (const bool close_first : {true, false}) {
      connection c;
      const auto t = parked([&] {
        try {
          read_piece(c.stream);
          ADD_FAILURE() << "read from a closed stream";
        } catch (const coir::closed&) {
        } catch (const coir::cancelled&) {
        }
        EXPECT_THROW(coir::yield(), coir::cancelled) << "the cancel stays";
      });
      if (close_first) c.stream.close();
      t.cancel();
      c.stream.close();
      t.join();
    }
  });
}

// Both descriptors become readable before anybody runs, so one batch tells of both; whichever fiber runs
// first closes the other's stream, and its own peer's number goes to a new stream at once.
TEST_F(close_of_a_stream, whose_event_is_in_the_same_batch_ends_its_reader) {
  coir::run([] {
    connection a;
    connection b;
    int closed = 0;
    std::string fresh_data;
    connection fresh;
    auto spare = support::raw_pair();
    const auto reader = [&](connection& mine, connection& other) {
      return parked([&] {
        try {
          read_piece(mine.stream);
          const int number = other.stream.native_handle();
          other.stream.close();
          const int fd = ::dup3(spare.first.get(), number, O_CLOEXEC);
          EXPECT_EQ(fd, number);
          fresh.stream = coir::tcp_stream::adopt(fd);
          fresh.peer = std::move(spare.second);
          fresh.peer.send("not for you");
        } catch (const coir::closed&) {
          ++closed;
        }
      });
    };
    const auto ta = reader(a, b);
    const auto tb = reader(b, a);
    a.peer.send("x");
    b.peer.send("y");
    ta.join();
    tb.join();
    EXPECT_EQ(closed, 1);
    EXPECT_EQ(read_piece(fresh.stream), "not for you");
  });
}

TEST_F(close_of_a_stream, gives_its_number_to_a_new_one_that_knows_nothing_of_it) {
  coir::run([] {
    for (int round = 0; round < 50; ++round) {
      connection old;
      auto [near, far] = support::raw_pair();
      const int number = old.stream.native_handle();
      const auto t = parked([&] { return read_piece(old.stream); });
      old.peer.send("old");
      if (round % 2 == 0) old.peer.close();
      old.stream.close();

      const int fd = ::dup3(near.get(), number, O_CLOEXEC);
      coir::tcp_stream fresh = coir::tcp_stream::adopt(fd);
      const auto reader = coir::spawn([&] { return read_piece(fresh); });
      EXPECT_THROW(t.get(), coir::closed);
      coir::yield();
      ASSERT_FALSE(reader.is_done());
      far.send("new");
      ASSERT_EQ(reader.get(), "new");
    }
  });
}

TEST_F(close_of_a_stream, in_a_task_that_ended_long_ago_leaves_the_reactor_as_it_was) {
  coir::run([] {
    auto& reactor = *coir::lowlevel::reactor::current();
    const std::size_t before = reactor.sources();
    for (int i = 0; i < 100; ++i) {
      connection c;
      const auto t = coir::spawn([&] { return read_piece(c.stream); });
      coir::yield();
      EXPECT_EQ(reactor.sources(), before + 1);
      c.peer.send("x");
      t.join();
    }
    EXPECT_EQ(reactor.sources(), before);
  });
}

// The number is closed behind the stream's back, as a stray close(2) elsewhere in a program does.
TEST_F(close_of_a_stream, by_somebody_else_leaves_the_other_streams_alone) {
  coir::run([] {
    connection victim;
    connection other;
    const auto t = parked([&] { return read_piece(victim.stream); });
    const auto o = parked([&] { return read_piece(other.stream); });
    ::close(victim.stream.native_handle());
    other.peer.send("alive");
    EXPECT_EQ(o.get(), "alive");
    t.cancel();
    EXPECT_THROW(t.get(), coir::cancelled);
    EXPECT_EQ(victim.stream.release() >= 0, true);
    other.peer.send("still");
    EXPECT_EQ(read_piece(other.stream), "still");
  });
}

}  // namespace
