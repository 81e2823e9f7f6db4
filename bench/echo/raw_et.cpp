// As `raw`, but edge-triggered: each connection is read until the kernel says EAGAIN.

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "echo/server.hpp"
#include "echo/workload.hpp"
#include "harness/check.hpp"

namespace {

void echo_until_empty(int fd) {
  for (;;) {
    std::byte buffer[bench::echo::buffer_size];
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EAGAIN) return;
    // With one small message under way, a full send buffer means a peer that does not read.
    if (n <= 0 || write(fd, buffer, static_cast<std::size_t>(n)) != n) {
      close(fd);
      return;
    }
  }
}

}  // namespace

int main() {
  bench::echo::end_with_stdin();
  const int listener = bench::echo::listen_on_loopback(SOCK_NONBLOCK);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const auto watch = [epoll](int fd) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.fd = fd;
    bench::check_call(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
  };
  watch(listener);

  for (;;) {
    epoll_event events[256];
    const int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd != listener) {
        echo_until_empty(fd);
        continue;
      }
      for (int connection; (connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        bench::echo::set_no_delay(connection);
        watch(connection);
      }
    }
  }
}
