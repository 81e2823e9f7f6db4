// rival/boost_fiber/epoll_round_robin.hpp - Boost.Fiber's default scheduler, with epoll where it would sleep
#pragma once

#include <boost/fiber/algo/round_robin.hpp>

#include <chrono>

#include "rival/boost_fiber/poller.hpp"

namespace bench::boost_fiber {

/// The place Boost.Fiber offers for an event loop: its dispatcher fiber calls `suspend_until` when no other is ready.
class epoll_round_robin final : public boost::fibers::algo::round_robin {
 public:
  explicit epoll_round_robin(poller& p) : poller_(p) {}

  void suspend_until(const std::chrono::steady_clock::time_point& deadline) noexcept override {
    poller_.wait_until(deadline);
  }
  void notify() noexcept override { poller_.interrupt(); }

 private:
  poller& poller_;
};

}  // namespace bench::boost_fiber
