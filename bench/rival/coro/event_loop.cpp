#include "rival/coro/event_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "rival/coro/descriptor.hpp"

namespace bench::coro {
namespace {

int checked(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::system_category(), call);
  return result;
}

int milliseconds_until(deadline at) {
  using namespace std::chrono;
  const auto left = ceil<milliseconds>(at - steady_clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, 1'000'000));
}

}  // namespace

event_loop::event_loop() : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

event_loop::~event_loop() { close(epoll_); }

void event_loop::watch(descriptor& d, int fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &d;
  checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

void event_loop::poll(bool block) {
  epoll_event events[256];
  const int timeout = !block ? 0 : sleeping_.empty() ? -1 : milliseconds_until(sleeping_.next());
  const int count = epoll_wait(epoll_, events, 256, timeout);
  if (count < 0 && errno != EINTR) throw std::system_error(errno, std::system_category(), "epoll_wait");
  for (int i = 0; i < count; ++i) static_cast<descriptor*>(events[i].data.ptr)->on_events(events[i].events);
  if (!sleeping_.empty()) wake_sleepers();
}

void event_loop::wake_sleepers() {
  const deadline now = std::chrono::steady_clock::now();
  while (!sleeping_.empty() && sleeping_.next() <= now) ready_.schedule(sleeping_.pop().waiting);
}

}  // namespace bench::coro
