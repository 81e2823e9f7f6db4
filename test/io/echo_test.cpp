#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "stream_pair.hpp"

namespace {

using support::connect_pair;
using support::payload;
using support::read_exactly;

class echo : public support::nothing_left, public testing::WithParamInterface<std::string_view> {};

TEST_P(echo, of_many_small_messages_over_one_connection) {
  coir::run([] {
    auto [client, server] = connect_pair(GetParam());
    const coir::task<> answering = coir::spawn([s = std::move(server)]() mutable { support::echo(s); });
    for (std::size_t size = 1; size < 300; ++size) {
      const std::string message = payload(size, static_cast<std::uint32_t>(size));
      EXPECT_EQ(client.write_all(message), size);
      ASSERT_EQ(read_exactly(client, size), message);
    }
    client.shutdown_write();
    answering.join();
    EXPECT_EQ(read_exactly(client, 1), "");
  });
}

TEST_P(echo, of_several_mebibytes_at_once_in_both_directions) {
  coir::run([] {
    constexpr std::size_t size = 5 << 20;
    auto pair = connect_pair(GetParam());
    const std::string there = payload(size, 1);
    const std::string back = payload(size, 2);
    const auto w1 = coir::spawn([&] { EXPECT_EQ(pair.client.write_all(there), size); });
    const auto w2 = coir::spawn([&] { EXPECT_EQ(pair.server.write_all(back), size); });
    const auto r1 = coir::spawn([&] { EXPECT_TRUE(read_exactly(pair.client, size, 10'007) == back); });
    const auto r2 = coir::spawn([&] { EXPECT_TRUE(read_exactly(pair.server, size, 1 << 20) == there); });
    for (const auto& t : {w1, w2, r1, r2}) t.get();
  });
}

TEST_P(echo, serves_many_clients_at_once) {
  coir::run([] {
    coir::tcp_listener listener = coir::tcp_listener::bind(GetParam());
    const coir::endpoint at = listener.local_endpoint();
    const coir::task<> serving = coir::spawn([&] {
      for (;;) coir::spawn([s = listener.accept()]() mutable { support::echo(s); });
    });
    std::vector<coir::task<>> clients;
    for (std::uint32_t i = 0; i < 50; ++i)
      clients.push_back(coir::spawn([at, i] {
        coir::tcp_stream s = coir::tcp_connect(at);
        for (std::uint32_t round = 0; round < 20; ++round) {
          const std::string message = payload(1 + 97 * i, 1000 * i + round);
          s.write_all(message);
          ASSERT_TRUE(read_exactly(s, message.size()) == message);
        }
      }));
    for (const auto& t : clients) t.get();
    serving.cancel();
    serving.join();
  });
}

TEST_P(echo, knows_both_ends) {
  coir::run([] {
    coir::tcp_listener listener = coir::tcp_listener::bind(GetParam());
    EXPECT_NE(listener.local_endpoint().port(), 0);
    const coir::tcp_stream client = coir::tcp_connect(listener.local_endpoint());
    const coir::tcp_stream server = listener.accept();
    EXPECT_EQ(client.remote_endpoint(), listener.local_endpoint());
    EXPECT_EQ(server.local_endpoint(), client.remote_endpoint());
    EXPECT_EQ(server.remote_endpoint(), client.local_endpoint());
  });
}

TEST_P(echo, gives_sockets_that_do_not_block_are_not_inherited_and_do_not_delay) {
  coir::run([] {
    coir::tcp_listener listener = coir::tcp_listener::bind(GetParam());
    const coir::tcp_stream client = coir::tcp_connect(listener.local_endpoint());
    const coir::tcp_stream server = listener.accept();
    for (const int fd : {listener.native_handle(), client.native_handle(), server.native_handle()}) {
      EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
      EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    }
    for (const int fd : {client.native_handle(), server.native_handle()}) {
      int on = 0;
      socklen_t size = sizeof on;
      EXPECT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
      EXPECT_NE(on, 0);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(over, echo, testing::Values("127.0.0.1:0", "[::1]:0"),
                         [](const auto& info) { return info.param[0] == '[' ? "ipv6" : "ipv4"; });

class echo_with_a_thread : public support::nothing_left {};

TEST_F(echo_with_a_thread, wakes_for_each_of_its_messages) {
  coir::run([] {
    support::connection c;
    std::thread client([&] {
      for (std::uint32_t i = 1; i <= 500; ++i) {
        const std::string message = payload(64, i);
        c.peer.send(message);
        if (c.peer.receive(64) != message) return ADD_FAILURE() << "message " << i;
      }
      c.peer.shutdown_write();
    });
    support::echo(c.stream);
    client.join();
  });
}

TEST_F(echo_with_a_thread, takes_several_mebibytes_through_small_buffers) {
  coir::run([] {
    auto c = support::connection::narrow();
    const std::string sent = payload(3 << 20);
    std::string received;
    std::thread reader([&] { received = c.peer.receive_all(); });
    std::thread writer([&] {
      const support::raw_socket other(::fcntl(c.peer.get(), F_DUPFD_CLOEXEC, 0));
      other.send(sent);
      other.shutdown_write();
    });
    support::echo(c.stream, 3000);
    c.stream.shutdown_write();
    reader.join();
    writer.join();
    EXPECT_TRUE(received == sent);
  });
}

}  // namespace
