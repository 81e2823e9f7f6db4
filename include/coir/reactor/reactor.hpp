// <coir/reactor/reactor.hpp> - turns readiness of descriptors into woken fibers
//
// Each descriptor is registered once, edge-triggered, for both directions (epoll(7)), so there is no
// epoll_ctl in steady state; what each event concerns is found by a slot and a generation, so an event for
// a descriptor that has gone in the same batch hits nobody (doc/design/reactor.md).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/base/unique_fd.hpp>
#include <coir/sched/poller.hpp>

struct epoll_event;

namespace coir::lowlevel {

class source;

/// The epoll side of one thread's scheduler.
///
/// For those who compose a runtime by hand; coir::run does it for programs.
///
/// Owner:   whoever runs the scheduler; sources that are left when it goes are let go, not closed
class COIR_API reactor final : public poller {
 public:
  /// The calling thread's reactor from now on.
  ///
  /// Throws:  std::system_error when there is no descriptor for an epoll or an eventfd;
  ///          std::logic_error when this thread has one already
  reactor();
  ~reactor() override;

  /// The calling thread's reactor, or nullptr.
  [[nodiscard]] static reactor* current() noexcept;

  /// Waits with nanosecond resolution; wakes the fibers of at most 256 events, so that a flood on one
  /// descriptor leaves the others their turn.
  void poll(deadline until) override;
  void interrupt() noexcept override;

  /// The epoll descriptor: readable, as poll(2) and other loops see it, when poll() would find something, an
  /// interrupt too. Only to be waited for.
  [[nodiscard]] int native_handle() const noexcept { return epoll_.get(); }

  /// What it has done so far.
  struct statistics {
    std::uint64_t waits = 0;          // epoll_wait calls
    std::uint64_t events = 0;
    std::uint64_t registrations = 0;  // epoll_ctl calls
  };
  [[nodiscard]] const statistics& stats() const noexcept { return stats_; }
  [[nodiscard]] std::size_t sources() const noexcept { return registered_; }

 private:
  friend class source;
  struct slot {
    source* owner = nullptr;       // nullptr: free
    std::uint32_t generation = 0;  // counts the slot's owners
    std::uint32_t next_free = 0;
  };
  static constexpr std::size_t batch = 256;

  static void expect_forks();
  void add(source& s, int fd);
  void remove(source& s, int fd) noexcept;
  std::uint32_t take_slot();

  unique_fd epoll_;
  unique_fd wakeup_;  // eventfd
  // Here and not in poll()'s frame, for whichever fiber idles polls on its own small stack.
  std::unique_ptr<epoll_event[]> events_;
  // true: interrupt() has written and no poll has seen it yet, so that one write serves many callers.
  std::atomic<bool> interrupted_{false};
  std::vector<slot> slots_;
  std::uint32_t free_slot_ = none;
  std::size_t registered_ = 0;
  statistics stats_;
  reactor* next_ = nullptr;  // in the list of all in the process

  static constexpr std::uint32_t none = ~std::uint32_t{0};
};

}  // namespace coir::lowlevel
