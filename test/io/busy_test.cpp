// One fiber at a time may read a stream and one may write it.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <type_traits>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "thrown.hpp"

namespace {

using support::connection;
using support::names;
using support::read_piece;
using support::text_of;

static_assert(std::is_base_of_v<std::logic_error, coir::busy>);

class busy : public support::nothing_left {};

TEST_F(busy, names_the_first_reader_to_the_second) {
  coir::run([] {
    connection c;
    const auto first = coir::spawn({.name = "early bird"}, [&] { return read_piece(c.stream); });
    coir::yield();
    EXPECT_TRUE(names(text_of<coir::busy>([&] { read_piece(c.stream); }), "early bird"));
    const auto third = coir::spawn({.name = "late"}, [&] { return read_piece(c.stream); });
    EXPECT_TRUE(names(text_of<coir::busy>([&] { third.get(); }), "early bird"));
    c.peer.send("worm");
    EXPECT_EQ(first.get(), "worm");
    c.peer.send("again");
    EXPECT_EQ(read_piece(c.stream), "again");
  });
}

TEST_F(busy, names_the_first_writer_to_the_second) {
  coir::run([] {
    auto c = connection::narrow();
    const std::string data = support::payload(2 << 20);
    const auto first = coir::spawn({.name = "scribe"}, [&] { c.stream.write_all(data); });
    coir::yield();
    EXPECT_TRUE(names(text_of<coir::busy>([&] { c.stream.write_all("mine"); }), "scribe"));
    std::string got;
    while (got.size() < data.size()) {
      got += c.peer.receive_now();
      coir::yield();
    }
    first.get();
    EXPECT_TRUE(got == data);
    EXPECT_FALSE(c.peer.is_readable()) << "the second writer's bytes";
  });
}

TEST_F(busy, does_not_let_a_second_writer_in_between_when_there_is_room_again) {
  coir::run([] {
    auto c = connection::narrow();
    const std::string data = support::payload(2 << 20);
    const auto first = coir::spawn({.name = "scribe"}, [&] { c.stream.write_all(data); });
    coir::yield();
    std::string got;
    bool wrote = false;
    while (got.size() < data.size()) {
      got += c.peer.receive_now();
      if (!first.is_done() && !wrote) {
        try {
          // May let others run first, and so come after all that the other one wrote.
          c.stream.write_all("late");
          wrote = true;
          EXPECT_TRUE(first.is_done());
        } catch (const coir::busy&) {
        }
      }
      coir::yield();
    }
    first.get();
    EXPECT_TRUE(got.substr(0, data.size()) == data);
  });
}

TEST_F(busy, does_not_let_a_second_reader_take_what_woke_the_first) {
  coir::run([] {
    connection c;
    const auto first = coir::spawn({.name = "owner"}, [&] { return read_piece(c.stream); });
    coir::yield();
    c.peer.send("mine");
    EXPECT_TRUE(names(text_of<coir::busy>([&] { read_piece(c.stream); }), "owner"));
    EXPECT_EQ(first.get(), "mine");
  });
}

TEST_F(busy, is_not_told_to_a_reader_beside_a_writer) {
  coir::run([] {
    auto c = connection::narrow();
    const std::string data = support::payload(1 << 20);
    const auto writer = coir::spawn([&] { c.stream.write_all(data); });
    const auto reader = coir::spawn([&] { return read_piece(c.stream); });
    coir::yield();
    c.peer.send("x");
    EXPECT_EQ(reader.get(), "x");
    std::string got;
    while (got.size() < data.size()) {
      got += c.peer.receive_now();
      coir::yield();
    }
    writer.get();
  });
}

TEST_F(busy, ends_with_the_first_ones_cancel) {
  coir::run([] {
    connection c;
    const auto first = coir::spawn([&] { return read_piece(c.stream); });
    coir::yield();
    first.cancel();
    first.join();
    c.peer.send("free");
    EXPECT_EQ(read_piece(c.stream), "free");
    EXPECT_THROW(first.get(), coir::cancelled);
  });
}

}  // namespace
