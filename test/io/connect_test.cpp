#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

#include "descriptor_famine.hpp"
#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using support::names;
using support::raw_socket;
using support::text_of;

class connect : public support::nothing_left {
 protected:
  static std::ptrdiff_t descriptors() {
    namespace fs = std::filesystem;
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  }

  // A listener whose queue is full: whoever connects gets no answer.
  struct silent {
    raw_socket listener = raw_socket::listen(0);
    coir::endpoint at = listener.local_endpoint();
    raw_socket filler = raw_socket::connect(at);
  };
};

TEST_F(connect, that_is_refused_names_the_address) {
  coir::run([] {
    for (const int family : {AF_INET, AF_INET6}) {
      const coir::endpoint nobody = raw_socket::listen(1, family).local_endpoint();
      const std::string error = text_of<std::system_error>([&] { (void)coir::tcp_connect(nobody); });
      EXPECT_TRUE(names(error, nobody.to_string(), std::system_category().message(ECONNREFUSED)));
    }
  });
}

TEST_F(connect, goes_on_working_after_refusals) {
  coir::run([] {
    const raw_socket listener = raw_socket::listen();
    const coir::endpoint nobody = raw_socket::listen().local_endpoint();
    for (int i = 0; i < 20; ++i) {
      EXPECT_THROW((void)coir::tcp_connect(nobody), std::system_error);
      coir::tcp_stream s = coir::tcp_connect(listener.local_endpoint());
      const raw_socket peer = listener.accept();
      peer.send("hello");
      ASSERT_EQ(support::read_exactly(s, 5), "hello");
    }
  });
}

TEST_F(connect, gives_up_at_its_deadline_and_names_the_address) {
  coir::run([] {
    const silent s;
    const coir::deadline until = coir::now() + 3ms;
    try {
      (void)coir::tcp_connect(s.at, until);
      ADD_FAILURE() << "connected";
    } catch (const std::system_error& e) {
      EXPECT_EQ(e.code(), std::errc::timed_out);
      EXPECT_TRUE(names(e.what(), s.at.to_string()));
    }
    EXPECT_GE(coir::now(), until);
  });
}

TEST_F(connect, gives_up_after_a_duration) {
  coir::run([] {
    const silent s;
    const auto code_of = [](auto&& call) {
      try {
        call();
      } catch (const std::system_error& e) {
        return e.code();
      }
      return std::error_code();
    };
    EXPECT_EQ(code_of([&] { (void)coir::tcp_connect(s.at, 2ms); }), std::errc::timed_out);
    EXPECT_EQ(code_of([&] { (void)coir::tcp_connect(s.at.to_string(), 0.002s); }), std::errc::timed_out);
    EXPECT_EQ(code_of([&] { (void)coir::tcp_connect(s.at, 0ms); }), std::errc::timed_out);
    EXPECT_EQ(code_of([&] { (void)coir::tcp_connect(s.at, -1h); }), std::errc::timed_out);
  });
}

TEST_F(connect, that_gave_up_leaves_no_connection_behind) {
  coir::run([] {
    const silent s;
    EXPECT_THROW((void)coir::tcp_connect(s.at, 2ms), std::system_error);
    const raw_socket first = s.listener.accept();
    EXPECT_EQ(first.remote_endpoint(), s.filler.local_endpoint());
    EXPECT_FALSE(s.listener.is_readable());
  });
}

TEST_F(connect, that_is_cancelled_leaves_neither_a_connection_nor_a_descriptor) {
  coir::run([] {
    const silent s;
    const auto before = descriptors();
    const auto t = coir::spawn([&] { (void)coir::tcp_connect(s.at); });
    coir::yield();
    EXPECT_EQ(descriptors(), before + 1);
    t.cancel();
    EXPECT_THROW(t.get(), coir::cancelled);
    EXPECT_EQ(descriptors(), before);
    const raw_socket first = s.listener.accept();
    EXPECT_FALSE(s.listener.is_readable());
  });
}

TEST_F(connect, in_a_cancelled_task_does_not_reach_the_listener) {
  coir::run([] {
    const raw_socket listener = raw_socket::listen();
    coir::task<> self;
    self = coir::spawn([&] {
      self.cancel();
      (void)coir::tcp_connect(listener.local_endpoint());
    });
    EXPECT_THROW(self.get(), coir::cancelled);
    EXPECT_FALSE(listener.is_readable());
  });
}

TEST_F(connect, takes_text_and_a_timeout_that_is_not_needed) {
  coir::run([] {
    const raw_socket listener = raw_socket::listen();
    const std::string port = std::to_string(listener.local_endpoint().port());
    EXPECT_TRUE(coir::tcp_connect("localhost:" + port, 30s).is_open());
    EXPECT_TRUE(coir::tcp_connect("127.0.0.1:" + port).is_open());
    EXPECT_TRUE(coir::tcp_connect(listener.local_endpoint(), std::chrono::hours::max()).is_open());
  });
}

TEST_F(connect, refuses_text_that_is_no_endpoint) {
  coir::run([] {
    EXPECT_TRUE(names(text_of<std::invalid_argument>([] { (void)coir::tcp_connect("nonsense"); }), "nonsense"));
    EXPECT_TRUE(names(text_of<std::invalid_argument>([] { (void)coir::tcp_connect("1.2.3.4:x", 1s); }), "1.2.3.4:x"));
  });
}

TEST_F(connect, without_descriptors_names_the_address) {
  support::descriptor_famine famine;
  famine.spare(4);
  coir::run([&] {
    const raw_socket listener = raw_socket::listen();
    const coir::endpoint at = listener.local_endpoint();
    coir::unique_fd rest[4];
    for (auto& fd : rest) fd.reset(::fcntl(listener.get(), F_DUPFD_CLOEXEC, 0));
    const std::string error = text_of<std::system_error>([&] { (void)coir::tcp_connect(at); });
    EXPECT_TRUE(names(error, at.to_string(), std::system_category().message(EMFILE)));
    rest[0].reset();
    EXPECT_TRUE(coir::tcp_connect(at).is_open());
  });
}

TEST_F(connect, needs_a_run) {
  const raw_socket listener = raw_socket::listen();
  EXPECT_THROW((void)coir::tcp_connect(listener.local_endpoint()), std::logic_error);
}

TEST_F(connect, of_many_at_once_reaches_each_listener) {
  coir::run([] {
    const raw_socket listener = raw_socket::listen(256);
    std::vector<coir::task<coir::endpoint>> tasks;
    for (int i = 0; i < 100; ++i)
      tasks.push_back(coir::spawn([&] {
        coir::tcp_stream s = coir::tcp_connect(listener.local_endpoint());
        EXPECT_EQ(support::read_exactly(s, 1), "!");
        return s.local_endpoint();
      }));
    std::vector<raw_socket> peers;
    while (peers.size() < tasks.size()) {
      if (listener.is_readable()) peers.push_back(listener.accept());
      coir::yield();
    }
    for (const auto& p : peers) p.send("!");
    for (const auto& t : tasks) t.get();
  });
}

}  // namespace
