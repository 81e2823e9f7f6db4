// The overloads with an error_code: what the system refuses is a code there, and nothing is thrown.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "descriptor_famine.hpp"
#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"

namespace {

using namespace std::chrono_literals;
using support::connection;
using support::raw_socket;

const std::error_code stale = std::make_error_code(std::errc::owner_dead);

class error_code : public support::nothing_left {};

TEST_F(error_code, is_cleared_by_every_call_that_succeeds) {
  coir::run([] {
    std::error_code error = stale;
    coir::tcp_listener listener = coir::tcp_listener::bind("127.0.0.1:0", error);
    EXPECT_FALSE(error);
    const coir::endpoint at = listener.local_endpoint();
    error = stale;
    coir::tcp_listener other = coir::tcp_listener::bind(coir::endpoint::parse("127.0.0.1:0"), error);
    EXPECT_FALSE(error);

    error = stale;
    coir::tcp_stream client = coir::tcp_connect(at, error);
    EXPECT_FALSE(error);
    error = stale;
    EXPECT_TRUE(coir::tcp_connect(at.to_string(), error).is_open());
    EXPECT_FALSE(error);
    error = stale;
    EXPECT_TRUE(coir::tcp_connect(at, coir::now() + 30s, error).is_open());
    EXPECT_FALSE(error);

    error = stale;
    coir::tcp_stream server = listener.accept(error);
    EXPECT_FALSE(error);

    error = stale;
    EXPECT_EQ(client.write_all("text", error), 4u);
    EXPECT_FALSE(error);
    error = stale;
    EXPECT_EQ(client.write_all(std::as_bytes(std::span("1234", 4)), error), 4u);
    EXPECT_FALSE(error);
    char buffer[4];
    error = stale;
    EXPECT_EQ(server.read_some(std::span(buffer), error), 4u);
    EXPECT_FALSE(error);
    error = stale;
    EXPECT_EQ(server.read_some(std::as_writable_bytes(std::span(buffer)), error), 4u);
    EXPECT_FALSE(error);

    client.shutdown_write();
    error = stale;
    EXPECT_EQ(server.read_some(std::span(buffer), error), 0u);
    EXPECT_FALSE(error) << "the end is no error";
    error = stale;
    EXPECT_EQ(server.read_some(std::span<char>(), error), 0u);
    EXPECT_FALSE(error);
    error = stale;
    EXPECT_EQ(server.write_all("", error), 0u);
    EXPECT_FALSE(error);
  });
}

TEST_F(error_code, of_read_some_tells_of_a_reset) {
  coir::run([] {
    connection c;
    c.peer.reset();
    std::error_code error;
    char buffer[4];
    EXPECT_EQ(c.stream.read_some(std::span(buffer), error), 0u);
    EXPECT_EQ(error, std::errc::connection_reset);
  });
}

TEST_F(error_code, of_write_all_tells_of_a_reset_and_how_much_was_written) {
  coir::run([] {
    auto c = connection::narrow();
    const std::string data = support::payload(8 << 20);
    std::error_code error;
    std::size_t written = 0;
    const auto t = coir::spawn([&] { written = c.stream.write_all(data, error); });
    coir::yield();
    const std::string got = c.peer.receive(100'000);
    c.peer.reset();
    t.join();
    EXPECT_TRUE(error == std::errc::connection_reset || error == std::errc::broken_pipe) << error.message();
    EXPECT_GE(written, got.size());
    EXPECT_LT(written, data.size());
  });
}

TEST_F(error_code, of_bind_tells_that_the_port_is_in_use) {
  const raw_socket other = raw_socket::listen();
  std::error_code error;
  EXPECT_FALSE(coir::tcp_listener::bind(other.local_endpoint(), error).is_open());
  EXPECT_EQ(error, std::errc::address_in_use);
  error.clear();
  EXPECT_FALSE(coir::tcp_listener::bind(other.local_endpoint().to_string(), error).is_open());
  EXPECT_EQ(error, std::errc::address_in_use);
}

TEST_F(error_code, of_connect_tells_of_a_refusal) {
  coir::run([] {
    const coir::endpoint nobody = raw_socket::listen().local_endpoint();
    std::error_code error;
    EXPECT_FALSE(coir::tcp_connect(nobody, error).is_open());
    EXPECT_EQ(error, std::errc::connection_refused);
    error.clear();
    EXPECT_FALSE(coir::tcp_connect(nobody.to_string(), error).is_open());
    EXPECT_EQ(error, std::errc::connection_refused);
  });
}

TEST_F(error_code, of_connect_tells_of_a_timeout) {
  coir::run([] {
    const raw_socket listener = raw_socket::listen(0);
    const raw_socket filler = raw_socket::connect(listener.local_endpoint());
    std::error_code error;
    EXPECT_FALSE(coir::tcp_connect(listener.local_endpoint(), coir::now() + 2ms, error).is_open());
    EXPECT_EQ(error, std::errc::timed_out);
  });
}

TEST_F(error_code, of_each_call_that_makes_a_descriptor_tells_that_there_is_none) {
  support::descriptor_famine famine;
  famine.spare(8);
  coir::run([&] {
    coir::tcp_listener listener = coir::tcp_listener::bind("127.0.0.1:0");
    const raw_socket client = raw_socket::connect(listener.local_endpoint());
    coir::unique_fd rest[8];
    for (auto& fd : rest) fd.reset(::fcntl(client.get(), F_DUPFD_CLOEXEC, 0));

    std::error_code error;
    EXPECT_FALSE(listener.accept(error).is_open());
    EXPECT_EQ(error, std::errc::too_many_files_open);
    error.clear();
    EXPECT_FALSE(coir::tcp_connect(listener.local_endpoint(), error).is_open());
    EXPECT_EQ(error, std::errc::too_many_files_open);
    error.clear();
    EXPECT_FALSE(coir::tcp_listener::bind("127.0.0.1:0", error).is_open());
    EXPECT_EQ(error, std::errc::too_many_files_open);
  });
}

TEST_F(error_code, is_not_for_text_that_is_no_endpoint) {
  coir::run([] {
    std::error_code error;
    EXPECT_THROW((void)coir::tcp_listener::bind("nonsense", error), std::invalid_argument);
    EXPECT_THROW((void)coir::tcp_connect("nonsense", error), std::invalid_argument);
  });
}

TEST_F(error_code, is_not_for_what_this_program_did_itself) {
  coir::run([] {
    connection c;
    coir::tcp_listener listener = coir::tcp_listener::bind("127.0.0.1:0");
    c.stream.close();
    listener.close();
    std::error_code error;
    char buffer[4];
    EXPECT_THROW(c.stream.read_some(std::span(buffer), error), coir::closed);
    EXPECT_THROW(c.stream.write_all("x", error), coir::closed);
    EXPECT_THROW((void)listener.accept(error), coir::closed);
  });
}

TEST_F(error_code, is_not_for_a_cancel) {
  coir::run([] {
    connection c;
    coir::tcp_listener listener = coir::tcp_listener::bind("127.0.0.1:0");
    coir::task<> self;
    self = coir::spawn([&] {
      self.cancel();
      std::error_code error;
      char buffer[4];
      EXPECT_THROW(c.stream.read_some(std::span(buffer), error), coir::cancelled);
      EXPECT_THROW(c.stream.write_all("x", error), coir::cancelled);
      EXPECT_THROW((void)listener.accept(error), coir::cancelled);
      EXPECT_THROW((void)coir::tcp_connect(listener.local_endpoint(), error), coir::cancelled);
    });
    self.join();
  });
}

}  // namespace
