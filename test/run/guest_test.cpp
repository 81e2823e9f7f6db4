// coir inside of somebody else's loop: here poll(2), with a descriptor of its own beside coir's.
#include <coir/coir.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "nothing_left.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"

namespace {

using namespace std::chrono_literals;

// A plain event loop that knows of coir what its header says, and nothing else.
class host {
 public:
  explicit host(coir::loop& guest) : guest_(guest) {}

  // Runs until `done`; fails when nothing happens for too long.
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      pollfd watched[] = {{own_.get(), POLLIN, 0}, {guest_.native_handle(), POLLIN, 0}};
      const int n = ::poll(watched, 2, milliseconds_to(guest_.next_deadline()));
      ++waits_;
      ASSERT_TRUE(n > 0 || guest_.next_deadline() <= coir::now()) << "nothing happens any more";
      if (watched[0].revents) {
        std::uint64_t count = 0;
        ASSERT_EQ(::read(own_.get(), &count, sizeof count), static_cast<ssize_t>(sizeof count));
        if (on_event_) on_event_();
      }
      guest_.poll_once();
    }
  }

  void on_event(std::function<void()> fn) { on_event_ = std::move(fn); }
  void notify() const {
    const std::uint64_t one = 1;
    ASSERT_EQ(::write(own_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }
  [[nodiscard]] int waits() const { return waits_; }

 private:
  static int milliseconds_to(coir::deadline until) {
    if (until == coir::never) return 1000 * support::patience;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - coir::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1000 * support::patience));
  }

  coir::loop& guest_;
  coir::unique_fd own_{::eventfd(0, EFD_CLOEXEC)};
  std::function<void()> on_event_;
  int waits_ = 0;
};

class guest : public support::nothing_left {};

TEST_F(guest, sleeps) {
  coir::loop loop;
  host outer(loop);
  const auto start = coir::now();
  std::vector<coir::task<>> sleepers;
  for (int i = 0; i < 20; ++i)
    sleepers.push_back(coir::spawn([&, i] {
      for (int n = 0; n < 3; ++n) coir::sleep_for(std::chrono::microseconds(100 * i));
      EXPECT_GE(coir::now(), start + std::chrono::microseconds(300 * i));
    }));
  outer.run_until([&] { return std::ranges::all_of(sleepers, [](const auto& t) { return t.is_done(); }); });
}

TEST_F(guest, serves_sockets) {
  coir::loop loop;
  host outer(loop);
  auto listener = coir::tcp_listener::bind("127.0.0.1:0");
  const auto server = coir::spawn([&] {
    for (;;) coir::spawn([s = listener.accept()]() mutable { support::echo(s); });
  });
  const coir::endpoint at = listener.local_endpoint();
  std::atomic<int> served = 0;
  std::vector<std::thread> clients;
  for (std::uint32_t i = 0; i < 4; ++i)
    clients.emplace_back([&, i] {
      for (std::uint32_t n = 1; n <= 10; ++n) {
        const auto c = support::raw_socket::connect(at);
        const std::string message = support::payload(1000 * n, i);
        c.send(message);
        c.shutdown_write();
        EXPECT_EQ(c.receive_all(), message);
      }
      ++served;
      outer.notify();
    });
  outer.run_until([&] { return served == 4; });
  for (auto& c : clients) c.join();
  server.cancel();
  loop.run_until(coir::spawn([&] { server.join(); }));
}

TEST_F(guest, is_woken_by_other_threads) {
  coir::loop loop;
  host outer(loop);
  using coir::lowlevel::scheduler;
  constexpr int rounds = 1000;
  int woken = 0;
  std::atomic<int> prepared = 0;
  coir::lowlevel::wake_token token;
  coir::spawn([&] {
    for (; woken < rounds; ++woken) {
      token = scheduler::current()->prepare();
      prepared.store(woken + 1, std::memory_order_release);
      scheduler::current()->park(token, "a thread");
    }
  });
  std::thread other([&] {
    for (int i = 1; i <= rounds; ++i) {
      while (prepared.load(std::memory_order_acquire) < i) std::this_thread::yield();
      scheduler::wake(token);
    }
  });
  outer.run_until([&] { return woken == rounds; });
  other.join();
}

TEST_F(guest, takes_work_from_its_hosts_handlers) {
  coir::loop loop;
  host outer(loop);
  int answers = 0;
  outer.on_event([&] {
    coir::spawn([&] {
      coir::sleep_for(100us);
      if (++answers < 10) outer.notify();
    });
  });
  outer.notify();
  outer.run_until([&] { return answers == 10; });
}

TEST_F(guest, may_be_waited_for_in_its_hosts_handlers) {
  coir::loop loop;
  host outer(loop);
  int sum = 0;
  const auto ticking = coir::spawn([&] {
    for (int i = 0; i < 5; ++i) coir::sleep_for(100us);
    sum += 1;
  });
  outer.on_event([&] {
    ticking.join();
    sum += coir::spawn([] {
             coir::sleep_for(100us);
             return 10;
           }).get();
  });
  outer.notify();
  outer.run_until([&] { return sum == 11; });
}

TEST_F(guest, lets_its_host_sleep_while_there_is_nothing_to_do) {
  coir::loop loop;
  host outer(loop);
  const auto t = coir::spawn([] { coir::sleep_for(20ms); });
  outer.run_until([&] { return t.is_done(); });
  EXPECT_LE(outer.waits(), 6) << "spins";
}

}  // namespace
