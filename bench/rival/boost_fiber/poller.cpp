#include "rival/boost_fiber/poller.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "harness/check.hpp"

namespace bench::boost_fiber {
namespace {

void make_ready(poller::direction& d) noexcept {
  d.ready = true;
  if (d.waiter == nullptr) return;
  boost::fibers::context::active()->schedule(d.waiter);
  d.waiter = nullptr;
}

int milliseconds_until(const std::chrono::steady_clock::time_point& deadline) {
  using namespace std::chrono;
  if (deadline == steady_clock::time_point::max()) return -1;
  const auto left = ceil<milliseconds>(deadline - steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000));
}

}  // namespace

poller::poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  check_call(epoll_ >= 0, "epoll_create1");
  check_call(wake_ >= 0, "eventfd");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  check_call(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0, "epoll_ctl");
}

poller::~poller() {
  close(wake_);
  close(epoll_);
}

void poller::watch(int fd, watched& target) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &target;
  check_call(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

void poller::wait_until(const std::chrono::steady_clock::time_point& deadline) noexcept {
  epoll_event events[256];
  const int count = epoll_wait(epoll_, events, 256, milliseconds_until(deadline));
  for (int i = 0; i < count; ++i) {
    auto* target = static_cast<watched*>(events[i].data.ptr);
    if (target == nullptr) continue;
    const unsigned happened = events[i].events;
    if (happened & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) target->hung_up = true;
    if (target->hung_up || (happened & EPOLLIN)) make_ready(target->input);
    if (target->hung_up || (happened & EPOLLOUT)) make_ready(target->output);
  }
}

void poller::interrupt() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
}

}  // namespace bench::boost_fiber
