// rival/boost_fiber/poller.hpp - epoll for fibers of Boost.Fiber, which knows no descriptors
//
// Descriptors are used as the other runtimes here use them: registered once, edge-triggered, tried first.
#pragma once

#include <boost/fiber/context.hpp>

#include <chrono>

namespace bench::boost_fiber {

class poller {
 public:
  /// One direction of a watched descriptor.
  struct direction {
    boost::fibers::context* waiter = nullptr;
    bool ready = true;

    /// Parks the running fiber until the direction is ready.
    void wait() {
      waiter = boost::fibers::context::active();
      waiter->suspend();
    }
  };

  /// What the kernel hands back with an event. Must not move while it is watched.
  struct watched {
    direction input;
    direction output;
    bool hung_up = false;
  };

  poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;
  ~poller();

  /// Closing `fd` ends it.
  void watch(int fd, watched& target);

  /// Sleeps until something is ready, `interrupt` is called or the deadline has come; schedules the fibers that waited.
  void wait_until(const std::chrono::steady_clock::time_point& deadline) noexcept;

  /// Ends `wait_until` from another thread.
  void interrupt() noexcept;

 private:
  const int epoll_;
  const int wake_;  // an eventfd
};

}  // namespace bench::boost_fiber
