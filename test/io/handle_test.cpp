// What a stream owns, and how that is taken over, given away and moved.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"

namespace {

using coir::tcp_stream;
using support::connection;
using support::read_piece;

static_assert(std::is_nothrow_move_constructible_v<tcp_stream> && std::is_nothrow_move_assignable_v<tcp_stream>);
static_assert(!std::is_copy_constructible_v<tcp_stream> && !std::is_copy_assignable_v<tcp_stream>);

class handle : public support::nothing_left {};

TEST_F(handle, that_is_adopted_becomes_non_blocking_and_is_owned) {
  auto [near, far] = support::raw_pair();
  const int fd = near.release();
  EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  {
    const tcp_stream s = tcp_stream::adopt(fd);
    EXPECT_TRUE(s.is_open());
    EXPECT_EQ(s.native_handle(), fd);
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  }
  EXPECT_EQ(::fcntl(fd, F_GETFL), -1) << "still open";
  EXPECT_EQ(far.receive(1), "");
}

TEST_F(handle, that_is_not_open_is_not_adopted) {
  try {
    (void)tcp_stream::adopt(-1);
    ADD_FAILURE() << "adopted -1";
  } catch (const std::system_error& e) {
    EXPECT_EQ(e.code(), std::errc::bad_file_descriptor);
  }
  EXPECT_THROW((void)tcp_stream::adopt(1 << 20), std::system_error);
}

TEST_F(handle, that_is_released_stays_open_and_goes_on_elsewhere) {
  coir::run([] {
    connection c;
    const auto t = coir::spawn([&] { return read_piece(c.stream); });
    coir::yield();
    c.peer.send("one");
    EXPECT_EQ(t.get(), "one");
    const int fd = c.stream.native_handle();
    ASSERT_EQ(c.stream.release(), fd);
    EXPECT_FALSE(c.stream.is_open());
    EXPECT_EQ(c.stream.native_handle(), -1);
    EXPECT_EQ(c.stream.release(), -1);
    EXPECT_THROW(read_piece(c.stream), coir::closed);
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);

    tcp_stream again = tcp_stream::adopt(fd);
    const auto u = coir::spawn([&] { return read_piece(again); });
    coir::yield();
    c.peer.send("two");
    EXPECT_EQ(u.get(), "two");
    again.write_all("three");
    EXPECT_EQ(c.peer.receive(5), "three");
  });
}

TEST_F(handle, that_is_released_is_forgotten_by_the_reactor) {
  coir::run([] {
    connection c;
    const auto t = coir::spawn([&] { return read_piece(c.stream); });
    coir::yield();
    c.peer.send("one");
    t.join();
    const std::size_t before = coir::lowlevel::reactor::current()->sources();
    const coir::unique_fd released(c.stream.release());
    EXPECT_EQ(coir::lowlevel::reactor::current()->sources(), before - 1);
  });
}

TEST_F(handle, that_is_released_from_under_a_reader_wakes_it) {
  coir::run([] {
    connection c;
    const auto t = coir::spawn([&] { return read_piece(c.stream); });
    coir::yield();
    const coir::unique_fd released(c.stream.release());
    EXPECT_THROW(t.get(), coir::closed);
    EXPECT_GE(::fcntl(released.get(), F_GETFL), 0);
  });
}

TEST_F(handle, goes_with_a_move_and_leaves_a_closed_stream) {
  coir::run([] {
    connection c;
    c.peer.send("before");
    tcp_stream b = std::move(c.stream);
    EXPECT_FALSE(c.stream.is_open());
    EXPECT_EQ(c.stream.native_handle(), -1);
    EXPECT_THROW(read_piece(c.stream), coir::closed);
    EXPECT_THROW(c.stream.write_all("x"), coir::closed);
    EXPECT_EQ(read_piece(b), "before");
    const auto t = coir::spawn([&] { return read_piece(b); });
    coir::yield();
    c.peer.send("after");
    EXPECT_EQ(t.get(), "after");
  });
}

TEST_F(handle, that_is_assigned_over_is_closed) {
  coir::run([] {
    connection a;
    connection b;
    a.stream = std::move(b.stream);
    EXPECT_EQ(a.peer.receive(1), "");
    a.stream.write_all("x");
    EXPECT_EQ(b.peer.receive(1), "x");
  });
}

// The socket stays in place while the stream that owns it is moved (coir/io/detail/socket.hpp).
TEST_F(handle, is_moved_while_a_fiber_reads_and_the_read_goes_on) {
  coir::run([] {
    connection c;
    const auto t = coir::spawn([&] { return read_piece(c.stream); });
    coir::yield();
    tcp_stream moved = std::move(c.stream);
    c.peer.send("data");
    EXPECT_EQ(t.get(), "data");
    moved.write_all("reply");
    EXPECT_EQ(c.peer.receive(5), "reply");
  });
}

TEST_F(handle, needs_a_run_to_be_read_or_written) {
  connection c;
  c.peer.send("x");
  EXPECT_THROW(read_piece(c.stream), std::logic_error);
  EXPECT_THROW(c.stream.write_all("x"), std::logic_error);
  EXPECT_EQ(c.stream.remote_endpoint(), c.peer.local_endpoint());
}

TEST_F(handle, that_no_fiber_uses_goes_from_one_run_to_the_next) {
  connection c;
  for (int i = 0; i < 3; ++i) {
    coir::run([&] {
      const auto t = coir::spawn([&] { return read_piece(c.stream); });
      coir::yield();
      c.peer.send("run");
      EXPECT_EQ(t.get(), "run");
    });
  }
}

}  // namespace
