#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "thrown.hpp"

namespace {

using coir::tcp_listener;
using support::names;
using support::raw_socket;
using support::text_of;

class listener : public support::nothing_left {};

TEST_F(listener, names_the_address_when_the_port_is_in_use) {
  for (const int family : {AF_INET, AF_INET6}) {
    const raw_socket other = raw_socket::listen(1, family);
    const coir::endpoint at = other.local_endpoint();
    const std::string error = text_of<std::system_error>([&] { (void)tcp_listener::bind(at); });
    EXPECT_TRUE(names(error, at.to_string(), std::system_category().message(EADDRINUSE)));
  }
}

TEST_F(listener, of_ours_keeps_its_port_from_a_second_one) {
  const tcp_listener first = tcp_listener::bind("127.0.0.1:0");
  EXPECT_THROW((void)tcp_listener::bind(first.local_endpoint()), std::system_error);
}

TEST_F(listener, names_the_address_when_it_is_not_ours) {
  // TEST-NET-1, RFC 5737: nobody's.
  const std::string error = text_of<std::system_error>([] { (void)tcp_listener::bind("192.0.2.1:0"); });
  EXPECT_TRUE(names(error, "192.0.2.1:0", std::system_category().message(EADDRNOTAVAIL)));
}

TEST_F(listener, refuses_text_that_is_no_endpoint) {
  EXPECT_TRUE(
      names(text_of<std::invalid_argument>([] { (void)tcp_listener::bind("127.0.0.1:http"); }), "127.0.0.1:http"));
}

TEST_F(listener, gets_a_port_again_whose_connections_still_linger) {
  coir::run([] {
    tcp_listener first = tcp_listener::bind("127.0.0.1:0");
    const coir::endpoint at = first.local_endpoint();
    raw_socket client = raw_socket::connect(at);
    first.accept().close();  // the end that closes first waits in TIME_WAIT
    EXPECT_EQ(client.receive(1), "");
    client.close();
    first.close();
    const tcp_listener second = tcp_listener::bind(at);
    EXPECT_EQ(second.local_endpoint(), at);
  });
}

TEST_F(listener, accepts_in_the_order_of_arrival) {
  coir::run([] {
    tcp_listener l = tcp_listener::bind("127.0.0.1:0");
    std::vector<raw_socket> clients;
    for (int i = 0; i < 20; ++i) clients.push_back(raw_socket::connect(l.local_endpoint()));
    for (const auto& c : clients) EXPECT_EQ(l.accept().remote_endpoint(), c.local_endpoint());
  });
}

TEST_F(listener, accepts_all_that_one_event_tells_of) {
  coir::run([] {
    tcp_listener l = tcp_listener::bind("127.0.0.1:0");
    int accepted = 0;
    const auto t = coir::spawn([&] {
      for (; accepted < 40; ++accepted) EXPECT_TRUE(l.accept().is_open());
    });
    for (int burst = 0; burst < 4; ++burst) {
      coir::yield();
      std::vector<raw_socket> clients;
      for (int i = 0; i < 10; ++i) clients.push_back(raw_socket::connect(l.local_endpoint()));
      while (accepted < 10 * (burst + 1)) coir::yield();
    }
    t.join();
  });
}

TEST_F(listener, passes_over_or_gives_out_a_connection_that_its_peer_reset_and_goes_on) {
  coir::run([] {
    tcp_listener l = tcp_listener::bind("127.0.0.1:0");
    raw_socket::connect(l.local_endpoint()).reset();
    const raw_socket good = raw_socket::connect(l.local_endpoint());
    good.send("good");
    for (int i = 0; i < 2; ++i) {
      coir::tcp_stream s = l.accept();
      std::error_code error;
      char buffer[4];
      if (s.read_some(std::span(buffer), error) == 4) return;
      EXPECT_EQ(error, std::errc::connection_reset);
    }
    ADD_FAILURE() << "the good connection did not come";
  });
}

TEST_F(listener, on_nothing_is_closed) {
  coir::run([] {
    tcp_listener l;
    EXPECT_FALSE(l.is_open());
    EXPECT_EQ(l.native_handle(), -1);
    EXPECT_EQ(l.release(), -1);
    EXPECT_THROW((void)l.accept(), coir::closed);
    EXPECT_THROW((void)l.local_endpoint(), coir::closed);
    l.close();
  });
}

TEST_F(listener, that_is_closed_frees_its_port_and_refuses_calls) {
  coir::run([] {
    tcp_listener l = tcp_listener::bind("127.0.0.1:0");
    const coir::endpoint at = l.local_endpoint();
    l.close();
    l.close();
    EXPECT_FALSE(l.is_open());
    EXPECT_EQ(l.native_handle(), -1);
    EXPECT_THROW((void)l.accept(), coir::closed);
    EXPECT_THROW((void)l.local_endpoint(), coir::closed);
    EXPECT_THROW((void)coir::tcp_connect(at), std::system_error);
  });
}

TEST_F(listener, that_is_closed_wakes_who_waits_in_it) {
  coir::run([] {
    tcp_listener l = tcp_listener::bind("127.0.0.1:0");
    const auto t = coir::spawn([&] { (void)l.accept(); });
    coir::yield();
    l.close();
    EXPECT_THROW(t.get(), coir::closed);
  });
}

TEST_F(listener, tells_a_second_acceptor_who_the_first_one_is) {
  coir::run([] {
    tcp_listener l = tcp_listener::bind("127.0.0.1:0");
    const auto first = coir::spawn({.name = "doorman"}, [&] { return l.accept().remote_endpoint(); });
    coir::yield();
    EXPECT_TRUE(names(text_of<coir::busy>([&] { (void)l.accept(); }), "doorman"));
    const raw_socket client = raw_socket::connect(l.local_endpoint());
    EXPECT_EQ(first.get(), client.local_endpoint());
  });
}

TEST_F(listener, is_adopted_made_non_blocking_and_given_away_again) {
  coir::run([] {
    raw_socket raw = raw_socket::listen();
    const coir::endpoint at = raw.local_endpoint();
    const int fd = raw.release();
    tcp_listener l = tcp_listener::adopt(fd);
    EXPECT_TRUE(l.is_open());
    EXPECT_EQ(l.native_handle(), fd);
    EXPECT_EQ(l.local_endpoint(), at);
    EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    const auto t = coir::spawn([&] { return l.accept().is_open(); });
    coir::yield();
    const raw_socket client = raw_socket::connect(at);
    EXPECT_TRUE(t.get());

    const coir::unique_fd released(l.release());
    EXPECT_EQ(released.get(), fd);
    EXPECT_FALSE(l.is_open());
    EXPECT_EQ(l.release(), -1);
    EXPECT_THROW((void)l.accept(), coir::closed);
    const raw_socket another = raw_socket::connect(at);
    tcp_listener again = tcp_listener::adopt(::fcntl(released.get(), F_DUPFD_CLOEXEC, 0));
    EXPECT_EQ(again.accept().remote_endpoint(), another.local_endpoint());
  });
}

TEST_F(listener, does_not_adopt_what_is_not_open) {
  EXPECT_THROW((void)tcp_listener::adopt(-1), std::system_error);
  EXPECT_THROW((void)tcp_listener::adopt(1 << 20), std::system_error);
}

TEST_F(listener, is_moved_with_its_queue) {
  coir::run([] {
    tcp_listener a = tcp_listener::bind("127.0.0.1:0");
    const raw_socket client = raw_socket::connect(a.local_endpoint());
    tcp_listener b = std::move(a);
    EXPECT_FALSE(a.is_open());  // NOLINT(bugprone-use-after-move): what moved-from ones answer
    EXPECT_THROW((void)a.accept(), coir::closed);
    tcp_listener c = tcp_listener::bind("127.0.0.1:0");
    c = std::move(b);
    EXPECT_EQ(c.accept().remote_endpoint(), client.local_endpoint());
  });
}

TEST_F(listener, needs_a_run_to_accept_but_not_to_bind) {
  tcp_listener l = tcp_listener::bind("127.0.0.1:0");
  EXPECT_THROW((void)l.accept(), std::logic_error);
}

}  // namespace
