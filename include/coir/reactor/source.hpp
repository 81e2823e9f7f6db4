// <coir/reactor/source.hpp> - one descriptor's readiness, and who waits for it
#pragma once

#include <cstdint>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/sched/wake_token.hpp>

namespace coir::lowlevel {

class reactor;

/// Which half of a descriptor.
enum class direction : std::uint8_t { read, write };

/// What is known of one non-blocking descriptor: whether a system call on it is worth trying, and which
/// fibers wait until it is.
///
/// For builders of streams: wait_turn, claim a direction; while maybe_ready(d), try the call; on EAGAIN, clear(d) and
/// wait(d). A short read or write means "not ready" too, and saves the call that would say so, when short_means_drained():
/// not after hang-ups, errors or urgent data, which would then be overlooked for ever.
///
/// Owner:    the stream, together with the descriptor, which must stay open meanwhile; stays where it is
/// Threads:  joins the reactor of the first fiber that waits on it
class COIR_API source {
  struct side {
    wake_token user;    // who has claimed it; empty: nobody
    wake_token waiter;  // empty: nobody
    bool ready = true;  // unknown counts as ready: a call finds out
  };

 public:
  explicit source(int fd) noexcept : fd_(fd) {}
  source(const source&) = delete;
  source& operator=(const source&) = delete;
  /// Closes; aborts when a fiber waits, or was woken and has not left: it would come back to nothing.
  ~source();

  /// One direction for the length of one operation, from the first try to the last wait.
  class COIR_API claim {
   public:
    /// Throws:   busy, naming the fiber that has it; std::logic_error outside of coir::run
    claim(source& s, direction d, const char* what);
    claim(const claim&) = delete;
    claim& operator=(const claim&) = delete;
    ~claim() { side_.user = {}; }

   private:
    side& side_;
  };

  /// Gives others their chance before an operation begins, so that a fiber whose descriptor is always ready
  /// does not keep the thread.
  ///
  /// Switches: may, at every 64th operation in a row that did not wait
  /// Throws:   cancelled; closed; std::logic_error outside of coir::run
  void wait_turn(const char* what);

  [[nodiscard]] bool maybe_ready(direction d) const noexcept { return of(d).ready; }
  void clear(direction d) noexcept { of(d).ready = false; }
  [[nodiscard]] bool short_means_drained() const noexcept { return !exceptional_; }

  /// Suspends the current fiber until the direction may be ready.
  ///
  /// `what` is static text that says what is waited for.
  ///
  /// Switches: may
  /// Returns:  false when `until` came first
  /// Throws:   cancelled; closed when it is, or is meanwhile; busy, naming the other fiber, when one waits for
  ///           this direction already; std::system_error when the descriptor cannot be watched
  bool wait(direction d, const char* what, deadline until = never);

  /// Wakes whoever waits, with closed, and forgets the descriptor, which may be closed then. Idempotent.
  void close() noexcept;
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }

 private:
  friend class reactor;

  [[nodiscard]] side& of(direction d) noexcept { return d == direction::read ? read_ : write_; }
  [[nodiscard]] const side& of(direction d) const noexcept { return d == direction::read ? read_ : write_; }
  void on_events(std::uint32_t events) noexcept;
  void wake(side& s) noexcept;

  int fd_;
  reactor* home_ = nullptr;  // nullptr: not registered
  std::uint32_t slot_ = 0;
  std::uint8_t attempts_ = 0;
  bool exceptional_ = false;  // HUP, RDHUP, ERR or PRI was seen
  bool closed_ = false;
  side read_;
  side write_;
};

}  // namespace coir::lowlevel
