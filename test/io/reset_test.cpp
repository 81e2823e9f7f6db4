// A peer that ends the connection with an RST.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <string>
#include <system_error>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "thrown.hpp"

namespace {

using support::connection;
using support::names;
using support::read_piece;
using support::text_of;

class reset : public support::nothing_left {};

TEST_F(reset, before_a_read_is_an_error_that_names_the_peer) {
  coir::run([] {
    connection c;
    const std::string peer = c.peer.local_endpoint().to_string();
    c.peer.reset();
    try {
      read_piece(c.stream);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::system_error& e) {
      EXPECT_EQ(e.code(), std::errc::connection_reset);
      EXPECT_TRUE(names(e.what(), peer));
    }
  });
}

TEST_F(reset, wakes_a_reader_with_an_error_that_names_the_peer) {
  coir::run([] {
    connection c;
    const std::string peer = c.peer.local_endpoint().to_string();
    const auto t = coir::spawn([&] { return read_piece(c.stream); });
    coir::yield();
    c.peer.reset();
    EXPECT_TRUE(names(text_of<std::system_error>([&] { t.get(); }), peer, std::system_category().message(ECONNRESET)));
  });
}

TEST_F(reset, wakes_a_writer_with_an_error_that_names_the_peer) {
  coir::run([] {
    auto c = connection::narrow();
    const std::string peer = c.peer.local_endpoint().to_string();
    const std::string data(8 << 20, 'x');
    const auto t = coir::spawn([&] { c.stream.write_all(data); });
    coir::yield();
    EXPECT_FALSE(t.is_done());
    c.peer.reset();
    EXPECT_TRUE(names(text_of<std::system_error>([&] { t.get(); }), peer));
  });
}

TEST_F(reset, wakes_a_reader_and_a_writer_of_one_stream) {
  coir::run([] {
    auto c = connection::narrow();
    const std::string data(8 << 20, 'x');
    std::error_code read_error;
    std::error_code write_error;
    const auto reader = coir::spawn([&] {
      char buffer[16];
      EXPECT_EQ(c.stream.read_some(std::span(buffer), read_error), 0u);
    });
    const auto writer = coir::spawn([&] { EXPECT_LT(c.stream.write_all(data, write_error), data.size()); });
    coir::yield();
    c.peer.reset();
    reader.join();
    writer.join();
    EXPECT_TRUE(read_error || write_error) << "the system tells of it once, to either";
    EXPECT_TRUE(write_error) << "nothing can be written any more";
  });
}

TEST_F(reset, is_an_error_for_writes_and_no_signal) {
  coir::run([] {
    connection c;
    const std::string peer = c.peer.local_endpoint().to_string();
    c.peer.reset();
    EXPECT_TRUE(names(text_of<std::system_error>([&] { c.stream.write_all("x"); }), peer));
    EXPECT_TRUE(names(text_of<std::system_error>([&] { c.stream.write_all("x"); }), peer));
  });
}

TEST_F(reset, leaves_nobody_to_shut_down_or_to_name) {
  coir::run([] {
    connection c;
    c.peer.reset();
    EXPECT_THROW(read_piece(c.stream), std::system_error);
    EXPECT_THROW(c.stream.shutdown_write(), std::system_error);
    EXPECT_THROW((void)c.stream.remote_endpoint(), std::system_error);
    EXPECT_TRUE(c.stream.is_open());
    c.stream.close();
  });
}

TEST_F(reset, of_ten_connections_leaves_the_others_alone) {
  coir::run([] {
    connection all[20];
    std::vector<coir::task<>> tasks;
    for (auto& c : all) tasks.push_back(coir::spawn([&c] { support::echo(c.stream); }));
    coir::yield();
    for (int i = 0; i < 20; i += 2) all[i].peer.reset();
    for (int i = 0; i < 20; i += 2) EXPECT_THROW(tasks[i].get(), std::system_error);
    for (int i = 1; i < 20; i += 2) {
      all[i].peer.send("alive");
      while (!all[i].peer.is_readable()) coir::yield();
      EXPECT_EQ(all[i].peer.receive(5), "alive");
      all[i].peer.shutdown_write();
      tasks[i].get();
    }
  });
}

}  // namespace
