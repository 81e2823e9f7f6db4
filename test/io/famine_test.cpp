// Without descriptors: each call says so, and all goes on when there are some again.
#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <string>
#include <system_error>
#include <vector>

#include "descriptor_famine.hpp"
#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "thrown.hpp"

namespace {

using support::names;
using support::raw_socket;
using support::text_of;

class famine : public support::nothing_left {
 protected:
  // Takes every descriptor that is left.
  static std::vector<coir::unique_fd> take_all(int fd) {
    std::vector<coir::unique_fd> all;
    for (int taken; (taken = ::fcntl(fd, F_DUPFD_CLOEXEC, 0)) >= 0;) all.emplace_back(taken);
    return all;
  }
  static std::string no_descriptors() { return std::system_category().message(EMFILE); }
};

TEST_F(famine, at_an_accept_names_the_address_and_leaves_the_connection_queued) {
  support::descriptor_famine none;
  none.spare(10);
  coir::run([] {
    coir::tcp_listener l = coir::tcp_listener::bind("127.0.0.1:0");
    const std::string at = l.local_endpoint().to_string();
    const raw_socket client = raw_socket::connect(l.local_endpoint());
    client.send("patience");
    auto rest = take_all(client.get());
    for (int i = 0; i < 3; ++i)
      EXPECT_TRUE(names(text_of<std::system_error>([&] { (void)l.accept(); }), at, no_descriptors()));
    rest.pop_back();
    coir::tcp_stream s = l.accept();
    EXPECT_EQ(support::read_exactly(s, 8), "patience");
  });
}

TEST_F(famine, meets_an_acceptor_that_waits) {
  support::descriptor_famine none;
  none.spare(10);
  coir::run([] {
    coir::tcp_listener l = coir::tcp_listener::bind("127.0.0.1:0");
    raw_socket client = raw_socket::tcp();
    const auto t = coir::spawn([&] {
      const std::string error = text_of<std::system_error>([&] { (void)l.accept(); });
      EXPECT_TRUE(names(error, l.local_endpoint().to_string(), no_descriptors()));
    });
    coir::yield();
    auto rest = take_all(client.get());
    const coir::endpoint at = l.local_endpoint();
    EXPECT_EQ(::connect(client.get(), at.data(), at.size()), 0);
    t.join();
    rest.pop_back();
    EXPECT_EQ(l.accept().remote_endpoint(), client.local_endpoint());
  });
}

TEST_F(famine, does_not_disturb_connections_that_are_there) {
  support::descriptor_famine none;
  none.spare(12);
  coir::run([] {
    coir::tcp_listener l = coir::tcp_listener::bind("127.0.0.1:0");
    const raw_socket first = raw_socket::connect(l.local_endpoint());
    coir::tcp_stream s = l.accept();
    const auto answering = coir::spawn([&] { support::echo(s); });
    const raw_socket second = raw_socket::connect(l.local_endpoint());
    const auto rest = take_all(first.get());
    for (int i = 0; i < 10; ++i) {
      EXPECT_THROW((void)l.accept(), std::system_error);
      first.send("still there");
      while (!first.is_readable()) coir::yield();
      EXPECT_EQ(first.receive(11), "still there");
    }
    first.shutdown_write();
    answering.join();
  });
}

TEST_F(famine, at_a_bind_names_the_address) {
  const support::descriptor_famine none;
  const std::string error = text_of<std::system_error>([] { (void)coir::tcp_listener::bind("127.0.0.1:0"); });
  EXPECT_TRUE(names(error, "127.0.0.1:0", no_descriptors()));
}

}  // namespace
