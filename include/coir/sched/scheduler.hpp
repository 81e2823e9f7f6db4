// <coir/sched/scheduler.hpp> - runs the fibers of one thread: ready ones in turn, parked ones when woken
//
// There is no dispatcher fiber: whoever parks switches straight to the next ready fiber, and when there is
// none, polls on its own stack until there is (doc/design/sched.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/fiber/detail/switch.hpp>
#include <coir/sched/detail/activity.hpp>
#include <coir/sched/detail/call_queue.hpp>
#include <coir/sched/detail/door.hpp>
#include <coir/sched/detail/ready_ring.hpp>
#include <coir/sched/detail/shuffle.hpp>
#include <coir/sched/detail/timer_heap.hpp>
#include <coir/sched/pending_call.hpp>
#include <coir/sched/poller.hpp>
#include <coir/sched/wake_token.hpp>

namespace coir {

void yield();

namespace detail {

// Cancels a scope when its deadline has come.
struct scope_expiry : timer {
  scope* of = nullptr;
};
struct delayed_call;

}  // namespace detail

namespace lowlevel {

/// The run queue, the timers and the parking of one thread.
///
/// For builders of blocking calls. Programs are run by coir::run, and wait by the calls of other layers.
///
/// Owner:    whoever runs it; outlives its fibers' waits and every wake_token in use
/// Order:    ready fibers run first come, first served, unless shuffle() was called
/// Example:  lib/sync/wait_queue.cpp
class COIR_API scheduler {
 public:
  /// A scheduler for the calling thread that waits in `poller`, which outlives it.
  ///
  /// Throws:   std::logic_error when this thread has one already
  explicit scheduler(poller& poller);
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;
  /// Cancels callbacks that wait, and waits for them; what has not been called is destroyed.
  ~scheduler();

  /// The calling thread's scheduler, or nullptr.
  [[nodiscard]] static scheduler* current() noexcept;

  /// The calling thread's scheduler.
  ///
  /// Throws:   std::logic_error naming `caller`, the function that needs one, when there is none
  [[nodiscard]] static inline scheduler& required(const char* caller);

  /// Opens a wait of the current fiber: hand the token to whoever is to end it, then park.
  [[nodiscard]] wake_token prepare() noexcept {
    detail::control* self = detail::this_thread.current;
    return {self, self->epoch, this};
  }

  /// Suspends the current fiber until its wait is ended: by wake(), by the deadline, or by cancellation of
  /// the task it runs for. Returns at once when the wait was ended before.
  ///
  /// `what` is static text, "a byte from the socket", shown in errors and dumps.
  ///
  /// Switches: may
  /// Returns:  how the wait ended; the caller turns `cancelled` into an exception
  wake_reason park(const wake_token& token, const char* what, deadline until = never);

  /// Ends a wait and makes its fiber ready.
  ///
  /// Threads:  any
  /// Returns:  whether this call ended it; from another thread always true: the owner decides later
  static inline bool wake(const wake_token& token, wake_reason reason = wake_reason::woken) noexcept;

  /// "fiber 'reader' (parked)": whose wait the token names, for errors.
  [[nodiscard]] static std::string describe(wake_token token);

  /// Lets every other ready fiber run first.
  ///
  /// Switches: may
  /// Throws:   cancelled when the task was cancelled
  void yield();

  /// Makes sure that the next make_ready or run_now has room.
  ///
  /// Throws:   std::bad_alloc
  void make_room() { ready_.reserve_one(); }

  /// Makes an unstarted fiber of this thread ready. For spawning.
  void make_ready(detail::control* fiber) noexcept { ready_.push({fiber, nullptr}); }

  /// Runs an unstarted fiber of this thread, until it first waits or ends; the current one goes on next.
  ///
  /// Switches: yes
  void run_now(detail::control* fiber) noexcept;

  /// Looks outside once, without waiting, and makes ready what that finds: timers that are due, descriptors,
  /// what other threads want. For loops that are driven by hand.
  void look();
  /// The part of that which has no system call: other threads only. After the last look, before a wait that
  /// poller::interrupt ends: an earlier look may have taken the interrupt for what came since.
  void look_at_threads();

  /// When the next look is due: the clock's epoch while fibers are ready, `never` without a timer.
  [[nodiscard]] deadline next_deadline() const noexcept {
    return has_ready() || calls_.is_due() ? deadline() : timers_.wake_up();
  }

  /// From now on ready fibers run in an order that is drawn from `seed`; 0: first come, first served. What
  /// yield, run_now and wait queues promise holds all the same, and everybody's turn comes.
  ///
  /// Every scheduler begins with the seed in the environment variable COIR_SHUFFLE_SEED.
  ///
  /// Cost:     without a seed none; with one, each switch looks outside
  void shuffle(std::uint64_t seed) noexcept;

  /// Ends the current fiber's turn for good: the next ready fiber, started. For a task's end.
  [[nodiscard]] detail::control* next_to_run() noexcept;

  /// Has `c` called in the next turn, `until` at the earliest if it is delayed.
  pending_call call_soon(detail::call_ref c) noexcept;
  pending_call call_at(detail::delayed_call& c, deadline until) noexcept;

  /// Takes back what has not been called. Returns whether it had not.
  bool forget(detail::call& c) noexcept;

  /// The way in for other threads, which may outlive the scheduler.
  [[nodiscard]] const std::shared_ptr<detail::door>& door() const noexcept { return door_; }

  /// On whose behalf the current fiber runs; nullptr: nobody's.
  [[nodiscard]] detail::activity* active() const noexcept { return active_; }
  void set_active(detail::activity* activity) noexcept { active_ = activity; }

  /// Opens `s` on the current fiber, as the innermost scope of `a`; already in effect, if what is around it is.
  void open(detail::scope& s, detail::activity& a) noexcept;

  /// Closes `s`. False: it was not the innermost of the activity that runs here, or another fiber has opened it,
  /// or that activity has ended.
  [[nodiscard]] static bool close(detail::scope& s) noexcept;

  /// Cancels `s` at `at`, by `t`, which the caller keeps until then or until disarm(); at once when that is not
  /// after `now`.
  void cancel_at(deadline at, deadline now, detail::scope& s, detail::scope_expiry& t) noexcept;
  /// Takes that back, if it has not happened.
  static void disarm(detail::scope& s) noexcept;

  /// Cancels what runs inside of `s`, now or later: the waits that are open end, and those to come throw.
  ///
  /// Returns:  whether this is the first time
  bool cancel(detail::scope& s, detail::shared_cause cause) noexcept;

  /// Notes that `s` is in effect: while any scope is, each yield looks whether its own is.
  void put_in_effect(detail::scope& s) noexcept {
    s.in_effect = true;
    ++in_effect_;
  }
  /// Of a scope that is not open: it no longer is.
  void forget_effect(detail::scope& s) noexcept {
    if (std::exchange(s.in_effect, false)) --in_effect_;
  }
  /// The end of an activity: its root, and scopes that were left open, go.
  void end_scopes(detail::activity& a) noexcept {
    if (a.root.in_effect || a.innermost != &a.root) [[unlikely]]
      end_scopes_slowly(a);
  }

  /// Throws coir::cancelled if what runs here was cancelled, with the canceller's reason.
  void check_cancelled() const;

  /// What this scheduler has done so far.
  struct statistics {
    std::uint64_t polls = 0;
    std::uint64_t timers_fired = 0;
    std::uint64_t remote_wakes = 0;
  };
  [[nodiscard]] const statistics& stats() const noexcept { return stats_; }
  [[nodiscard]] bool has_ready() const noexcept { return !ready_.empty(); }
  [[nodiscard]] std::size_t ready() const noexcept { return ready_.size(); }
  /// How often a fiber has let the others go on, also when there were none.
  [[nodiscard]] std::uint64_t switches() const noexcept { return ready_.popped(); }

 private:
  [[noreturn]] static void throw_none(const char* caller);
  friend void coir::yield();
  friend detail::door;
  struct remote_wake {
    wake_token token;
    wake_reason reason;
  };

  inline bool wake_here(const wake_token& token, wake_reason reason) noexcept;
  static void wake_elsewhere(const wake_token& token, wake_reason reason) noexcept;
  [[nodiscard]] inline detail::control* switch_away(detail::control* self);
  void end_scopes_slowly(detail::activity& a) noexcept;
  detail::control* next_started() noexcept;
  void turn(bool may_wait);
  void expire(deadline now) noexcept;
  void expire(detail::scope& s) noexcept;
  void take_inbox() noexcept;
  void post(detail::call_ref c) noexcept;
  static void call_due(detail::timer& t) noexcept;

  detail::ready_ring ready_;
  detail::activity* active_ = nullptr;
  // Switches until timers and the poller get their turn; see turn().
  std::int32_t budget_ = 1;
  std::int32_t full_budget_ = 256;
  std::int32_t in_effect_ = 0;    // open scopes that are
  std::int32_t passed_over_ = 0;  // turns since the poller was asked
  deadline last_turn_{};
  deadline last_poll_{};
  detail::shuffle shuffle_;
  detail::timers timers_;
  // Callbacks, and the unwinding of what other threads have dropped: user code, so on fibers of its own.
  detail::call_queue calls_{*this};
  poller& poller_;
  statistics stats_;

  std::mutex inbox_mutex_;
  std::vector<remote_wake> inbox_;               // guarded by inbox_mutex_
  detail::intrusive_list<detail::call> posted_;  // guarded by inbox_mutex_
  std::vector<remote_wake> taken_;               // the other buffer, the owner's own
  std::shared_ptr<detail::door> door_ = std::make_shared<detail::door>(*this);
};

}  // namespace lowlevel

namespace detail {

extern COIR_API constinit thread_local lowlevel::scheduler* this_scheduler [[gnu::tls_model("initial-exec")]];

COIR_API void yield_with_care();

}  // namespace detail

inline lowlevel::scheduler& lowlevel::scheduler::required(const char* caller) {
  if (!detail::this_scheduler) [[unlikely]]
    throw_none(caller);
  return *detail::this_scheduler;
}

inline bool lowlevel::scheduler::wake_here(const wake_token& token, wake_reason reason) noexcept {
  detail::control* fiber = token.fiber_;
  if (fiber->epoch != token.epoch_) return false;
  ++fiber->epoch;
  fiber->wake = static_cast<std::uint8_t>(reason) & 3;
  if (fiber->state == detail::fiber_state::parked) {
    fiber->state = detail::fiber_state::ready;
    ready_.push({fiber, nullptr});  // it knows its activity itself, when it goes on
  }
  return true;
}

inline bool lowlevel::scheduler::wake(const wake_token& token, wake_reason reason) noexcept {
  if (!token) return false;
  if (token.home_ == detail::this_scheduler) return token.home_->wake_here(token, reason);
  wake_elsewhere(token, reason);
  return true;
}

/// Lets every other ready fiber of this thread run first; then goes on.
///
/// Switches: may
/// Throws:   cancelled when the calling task was cancelled; std::logic_error outside of coir::run
[[gnu::always_inline]] inline void yield() {
  if constexpr (COIR_ANNOTATED) return detail::yield_with_care();
  lowlevel::scheduler* s = detail::this_scheduler;
  if (!s || s->in_effect_ != 0 || --s->budget_ <= 0 || detail::is_special()) [[unlikely]]
    return detail::yield_with_care();
  if (!s->ready_.is_handy()) [[unlikely]] {
    if (s->ready_.empty()) return detail::yield_with_care();
    s->ready_.fetch_ahead();
  }
  const detail::turn next = s->ready_.front();
  if (next.fiber->state == detail::fiber_state::unstarted) [[unlikely]]
    return detail::yield_with_care();
  detail::control* self = detail::this_thread.current;
  s->ready_.rotate({self, s->active_});
  s->active_ = next.active;
  self->state = detail::fiber_state::ready;
  detail::change(self, next.fiber, nullptr);
  // First, for an errand comes and goes while the fiber is still parked.
  detail::control* finished = detail::settle(nullptr).rest.finished();
  self->state = detail::fiber_state::running;
  if (finished) [[unlikely]]
    detail::recycle(finished);
}

}  // namespace coir
