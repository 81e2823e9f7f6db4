#include <coir/reactor/source.hpp>

#include <coir/coir.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"
#include "thrown.hpp"

namespace {

using namespace std::chrono_literals;
using coir::lowlevel::direction;
using coir::lowlevel::source;
using support::names;
using support::raw_socket;
using support::text_of;

// A non-blocking socket with its source, and the other end.
struct watched {
  watched() { ::fcntl(ends.first.get(), F_SETFL, O_NONBLOCK); }
  ~watched() { s.close(); }

  // Waits as a stream does after EAGAIN.
  bool wait(direction d = direction::read, coir::deadline until = coir::never) {
    s.clear(d);
    return s.wait(d, "a test", until);
  }

  // Writes until there is no room.
  void fill() const {
    const std::string data(1 << 16, 'x');
    while (::send(ends.first.get(), data.data(), data.size(), MSG_NOSIGNAL) > 0) continue;
  }

  std::pair<raw_socket, raw_socket> ends = support::raw_pair();
  raw_socket& peer = ends.second;
  source s{ends.first.get()};
};

class a_source : public support::nothing_left {
 protected:
  template <class F>
  static auto parked(F&& body) {
    auto t = coir::spawn(std::forward<F>(body));
    coir::yield();
    EXPECT_FALSE(t.is_done());
    return t;
  }
};

TEST_F(a_source, is_ready_until_a_call_has_found_out_otherwise) {
  coir::run([] {
    watched w;
    EXPECT_TRUE(w.s.maybe_ready(direction::read));
    EXPECT_TRUE(w.s.maybe_ready(direction::write));
    w.s.clear(direction::read);
    EXPECT_FALSE(w.s.maybe_ready(direction::read));
    EXPECT_TRUE(w.s.maybe_ready(direction::write));
  });
}

TEST_F(a_source, wakes_for_data_that_comes_and_for_data_that_is_there) {
  coir::run([] {
    watched w;
    const auto t = parked([&] { return w.wait(); });
    w.peer.send("x");
    EXPECT_TRUE(t.get());
    EXPECT_TRUE(w.s.maybe_ready(direction::read));

    watched before;
    before.peer.send("x");
    EXPECT_TRUE(before.wait());
  });
}

TEST_F(a_source, wakes_for_an_event_that_came_while_nobody_waited) {
  coir::run([] {
    watched w;
    EXPECT_TRUE(w.wait(direction::write));  // registered
    w.s.clear(direction::read);
    w.peer.send("x");
    const auto t = coir::spawn([&] { return w.s.wait(direction::read, "a test"); });
    EXPECT_TRUE(t.get());
  });
}

TEST_F(a_source, lets_one_fiber_wait_in_each_direction) {
  coir::run([] {
    watched w;
    w.fill();
    const auto writer = parked([&] { return w.wait(direction::write); });
    const auto reader = parked([&] { return w.wait(direction::read); });
    w.peer.send("x");
    EXPECT_TRUE(reader.get());
    EXPECT_FALSE(writer.is_done());
    while (!writer.is_done()) {
      (void)w.peer.receive_now(1 << 20);
      coir::yield();
    }
    EXPECT_TRUE(writer.get());
  });
}

TEST_F(a_source, tells_a_second_fiber_in_one_direction_who_the_first_is) {
  coir::run([] {
    watched w;
    const auto t = coir::spawn({.name = "first"}, [&] { return w.wait(); });
    coir::yield();
    EXPECT_TRUE(names(text_of<coir::busy>([&] { w.wait(); }), "first"));
    w.peer.send("x");
    EXPECT_TRUE(t.get());
  });
}

TEST_F(a_source, gives_up_at_a_deadline_and_wakes_for_later_data) {
  coir::run([] {
    watched w;
    const coir::deadline until = coir::now() + 2ms;
    EXPECT_FALSE(w.wait(direction::read, until));
    EXPECT_GE(coir::now(), until);
    EXPECT_FALSE(w.wait(direction::read, coir::now() - 1h));
    const auto t = parked([&] { return w.wait(direction::read, coir::now() + 1h); });
    w.peer.send("x");
    EXPECT_TRUE(t.get());
  });
}

TEST_F(a_source, wakes_both_directions_when_it_is_closed) {
  coir::run([] {
    watched w;
    w.fill();
    const auto reader = parked([&] { w.wait(direction::read); });
    const auto writer = parked([&] { w.wait(direction::write); });
    EXPECT_FALSE(w.s.is_closed());
    w.s.close();
    EXPECT_TRUE(w.s.is_closed());
    EXPECT_THROW(reader.get(), coir::closed);
    EXPECT_THROW(writer.get(), coir::closed);
  });
}

TEST_F(a_source, that_is_closed_refuses_every_call) {
  coir::run([] {
    watched w;
    w.s.close();
    w.s.close();
    EXPECT_THROW(w.s.wait_turn("a test"), coir::closed);
    EXPECT_THROW(w.wait(direction::read, coir::now() + 10ms), coir::closed);
    EXPECT_EQ(coir::lowlevel::reactor::current()->sources(), 0u);
  });
}

TEST_F(a_source, wakes_both_directions_for_a_hang_up_and_an_error) {
  coir::run([] {
    watched w;
    w.fill();
    const auto reader = parked([&] { return w.wait(direction::read); });
    const auto writer = parked([&] { return w.wait(direction::write); });
    w.peer.reset();
    EXPECT_TRUE(reader.get());
    EXPECT_TRUE(writer.get());
  });
}

TEST_F(a_source, takes_short_reads_for_drained_until_something_exceptional_happens) {
  coir::run([] {
    watched plain;
    EXPECT_TRUE(plain.s.short_means_drained());
    plain.peer.send("x");
    EXPECT_TRUE(plain.wait());
    EXPECT_TRUE(plain.s.short_means_drained());

    for (const int what : {0, 1, 2}) {
      watched w;
      const auto t = parked([&] { return w.wait(); });
      if (what == 0) w.peer.shutdown_write();
      if (what == 1) w.peer.reset();
      if (what == 2) w.peer.send_urgent('!'), w.peer.send("x");
      EXPECT_TRUE(t.get());
      EXPECT_FALSE(w.s.short_means_drained()) << what;
    }
  });
}

TEST_F(a_source, of_a_descriptor_that_cannot_be_watched_says_so) {
  coir::run([] {
    const coir::unique_fd plain(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));  // EPERM: always ready
    source s(plain.get());
    s.clear(direction::read);
    EXPECT_THROW(s.wait(direction::read, "a test"), std::system_error);
    EXPECT_EQ(coir::lowlevel::reactor::current()->sources(), 0u);
  });
}

TEST_F(a_source, of_an_eventfd_wakes_for_each_of_its_events) {
  coir::run([] {
    const coir::unique_fd fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    source s(fd.get());
    for (int i = 0; i < 10; ++i) {
      const auto t = parked([&] {
        s.clear(direction::read);
        return s.wait(direction::read, "a test");
      });
      EXPECT_EQ(::eventfd_write(fd.get(), 1), 0);
      EXPECT_TRUE(t.get());
      eventfd_t value = 0;
      EXPECT_EQ(::eventfd_read(fd.get(), &value), 0);
    }
    s.close();
  });
}

TEST_F(a_source, gives_others_a_turn_at_least_every_64th_time) {
  coir::run([] {
    watched w;
    int turns = 0;
    const auto other = coir::spawn([&] {
      for (;;) {
        ++turns;
        coir::yield();
      }
    });
    coir::yield();
    const int before = turns;
    for (int i = 0; i < 640; ++i) w.s.wait_turn("a test");
    EXPECT_GE(turns - before, 9);
    other.cancel();
    other.join();
  });
}

TEST_F(a_source, opens_no_operation_in_a_cancelled_task) {
  coir::run([] {
    watched w;
    coir::task<> self;
    self = coir::spawn([&] {
      self.cancel();
      w.s.wait_turn("a test");
    });
    EXPECT_THROW(self.get(), coir::cancelled);
  });
}

TEST_F(a_source, needs_a_run) {
  watched w;
  EXPECT_THROW(w.s.wait_turn("a test"), std::logic_error);
  EXPECT_THROW(w.wait(), std::logic_error);
}

TEST_F(a_source, outlives_the_reactor_that_knew_it) {
  watched w;
  coir::run([&] { EXPECT_TRUE(w.wait(direction::write)); });
  EXPECT_FALSE(w.s.is_closed());
  EXPECT_GE(::fcntl(w.ends.first.get(), F_GETFL), 0);
  coir::run([&] {
    const auto t = parked([&] { return w.wait(); });
    w.peer.send("x");
    EXPECT_TRUE(t.get());
  });
}

TEST(a_source_DeathTest, aborts_when_it_is_destroyed_under_a_waiter) {
  EXPECT_DEATH(coir::run([] {
                 const auto ends = support::raw_pair();
                 coir::task<> waiter;
                 {
                   source s(ends.first.get());
                   s.clear(direction::read);
                   waiter = coir::spawn([&s] { s.wait(direction::read, "a test"); });
                   coir::yield();
                 }
               }),
               "coir: ");
}

}  // namespace
