#include <coir/sched/scheduler.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

#include <pthread.h>

#include <coir/base/cancelled.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/sched/detail/delayed_call.hpp>

namespace coir {
namespace detail {

constinit thread_local lowlevel::scheduler* this_scheduler = nullptr;

void yield_with_care() { lowlevel::scheduler::required("yield").yield(); }

}  // namespace detail

namespace lowlevel {
namespace {

// A scheduler that never runs dry still looks at timers and other threads after this many switches, or after
// about this long. An empty epoll_wait costs 300 ns, as much as a hundred switches:
constexpr std::int32_t most_switches = 256;
constexpr clock::duration longest_turn = std::chrono::milliseconds(1);
// When that many switches take less than this, the poller is passed over, up to so many times.
constexpr clock::duration shortest_poll = std::chrono::microseconds(20);
constexpr std::int32_t most_passed_over = 15;

// The call whose timer it is, with the reference that the timers held.
detail::call_ref due(detail::timer& t) noexcept { return detail::call_ref(&static_cast<detail::delayed_call&>(t)); }

void interrupt_poller(void* argument) noexcept { static_cast<poller*>(argument)->interrupt(); }

// A forked child has none of the fibers that are to be scheduled: whoever would wait is told that there is
// no scheduler, and a new one may be made.
void expect_forks() {
  static const int once = ::pthread_atfork(nullptr, nullptr, [] { detail::this_scheduler = nullptr; });
  static_cast<void>(once);
}

}  // namespace

poller::~poller() = default;

scheduler::scheduler(poller& poller) : shuffle_(detail::shuffle::seed_of_environment()), poller_(poller) {
  if (detail::this_scheduler) throw std::logic_error("this thread has a scheduler already");
  detail::enter_thread();
  expect_forks();
  detail::this_scheduler = this;
  detail::set_notify(interrupt_poller, &poller);
}

scheduler::~scheduler() {
  door_->close();
  calls_.close();
  // Again for what destructors have queued.
  do {
    take_inbox();
    while (!timers_.empty())
      if (detail::timer& t = timers_.pop(); t.fire == call_due) call_due(t);
  } while (calls_.drop());
  detail::set_notify(nullptr, nullptr);
  detail::this_scheduler = nullptr;
}

scheduler* scheduler::current() noexcept { return detail::this_scheduler; }

void scheduler::throw_none(const char* caller) {
  throw std::logic_error("coir::" + std::string(caller) + " needs a running scheduler: call it inside coir::run");
}

// Inline into its callers, see detail::resume.
[[gnu::always_inline]] inline detail::control* scheduler::switch_away(detail::control* self) {
  if (--budget_ <= 0) turn(false);
  for (;;) {
    while (ready_.empty()) turn(true);
    detail::control* next = next_started();
    if (next == self) return nullptr;
    if (next) return detail::resume(next);
  }
}

wake_reason scheduler::park(const wake_token& token, const char* what, deadline until) {
  detail::control* self = token.fiber_;
  if (self->epoch == token.epoch_) {
    detail::activity* activity = active_;
    // A destructor that parks during unwinding simply waits: throwing there would end the process.
    const bool cancellable = activity && !detail::is_unwinding(*activity->innermost);
    if (cancellable && activity->is_cancelled()) {
      ++self->epoch;
      return wake_reason::cancelled;
    }
    detail::timer timer;
    if (until != never) timers_.insert(timer, until, token);
    if (cancellable) activity->parked = token;
    self->waits_for = what;
    self->state = detail::fiber_state::parked;
    detail::control* finished = switch_away(self);
    self->state = detail::fiber_state::running;
    active_ = activity;
    if (activity) activity->parked = {};
    if (timer.queued) timers_.erase(timer);
    const std::uint8_t ended = self->wake;
    if (finished) detail::recycle(finished);
    return static_cast<wake_reason>(ended);
  }
  return static_cast<wake_reason>(self->wake);
}

void scheduler::wake_elsewhere(const wake_token& token, wake_reason reason) noexcept {
  scheduler* home = token.home_;
  // Held until the owner is roused: once it has seen the wake it may end, and its poller with it.
  const std::lock_guard lock(home->inbox_mutex_);
  home->inbox_.push_back({token, reason});
  // The owner empties the inbox in one go, so only the first of a batch has to rouse it.
  if (home->inbox_.size() == 1 && home->posted_.empty()) home->poller_.interrupt();
}

void scheduler::post(detail::call_ref c) noexcept {
  if (this == detail::this_scheduler) {
    take_inbox();  // what other threads have posted before goes before it
    return calls_.push(std::move(c));
  }
  const std::lock_guard lock(inbox_mutex_);
  const bool first = inbox_.empty() && posted_.empty();
  posted_.push_back(*c.release());
  if (first) poller_.interrupt();
}

void scheduler::take_inbox() noexcept {
  detail::intrusive_list<detail::call> posted;
  {
    const std::lock_guard lock(inbox_mutex_);
    inbox_.swap(taken_);
    posted.append(posted_);
  }
  stats_.remote_wakes += taken_.size();
  for (const remote_wake& w : taken_) wake_here(w.token, w.reason);
  taken_.clear();
  while (!posted.empty()) calls_.push(detail::call_ref(&posted.pop_front()));
}

pending_call scheduler::call_soon(detail::call_ref c) noexcept {
  calls_.push(c);
  return {*this, std::move(c)};
}

void scheduler::call_due(detail::timer& t) noexcept { detail::this_scheduler->calls_.push(due(t)); }

pending_call scheduler::call_at(detail::delayed_call& c, deadline until) noexcept {
  detail::call_ref ours(&c);
  const deadline now = clock::now();
  if (until <= now) return call_soon(std::move(ours));
  c.retain();  // for the timers
  c.state = detail::call_state::delayed;
  // One that never comes would not be found by next() again.
  timers_.insert(c, std::min(until, never - clock::duration(1)), now, call_due);
  return {*this, std::move(ours)};
}

bool scheduler::forget(detail::call& c) noexcept {
  if (c.state == detail::call_state::over) return false;
  const detail::call_ref ours(&c);
  if (c.state == detail::call_state::delayed)
    timers_.erase(static_cast<detail::delayed_call&>(c));
  else
    c.unlink();
  c.state = detail::call_state::over;
  c.forget();
  return true;
}

void scheduler::expire(deadline now) noexcept {
  // Many at a time, since a sleeper's control block and stack are cold: the block of each is fetched while the others
  // are taken out, its stack while they are woken.
  constexpr std::size_t batch = 16;
  detail::timer* due[batch];
  while (timers_.next() <= now) {
    std::size_t count = 0;
    do {
      detail::timer& t = timers_.pop();
      __builtin_prefetch(t.sleeper.fiber_);
      due[count++] = &t;
    } while (count < batch && timers_.next() <= now);
    stats_.timers_fired += count;
    for (std::size_t i = 0; i < count; ++i) {
      const detail::timer& t = *due[i];
      if (t.fire) {
        t.fire(*due[i]);
        continue;
      }
      __builtin_prefetch(t.sleeper.fiber_->context.sp);
      // The wait may have ended otherwise in this same turn; then the timer has nothing to say.
      wake_here(t.sleeper, wake_reason::timed_out);
    }
  }
}

// One look outside: dropped fibers, other threads, timers, descriptors. Waits only when told that nothing
// is ready.
void scheduler::turn(bool may_wait) {
  const bool yields = !ready_.empty() && ready_.back().fiber == detail::this_thread.current;
  const std::size_t yielding = (yields ? ready_.end() : ready_.begin()) - 1;
  look_at_threads();
  deadline now = clock::now();
  expire(now);
  const bool wait = may_wait && ready_.empty() && !calls_.is_due();
  const bool poll = wait || now - last_poll_ >= shortest_poll || ++passed_over_ > most_passed_over;
  if (poll) {
    ++stats_.polls;
    passed_over_ = 0;
    poller_.poll(wait ? std::min(timers_.wake_up(), calls_.retry_at(now)) : now);
  }
  if (wait) {
    take_inbox();
    now = clock::now();
    expire(now);
  } else if (now - last_turn_ > longest_turn) {
    // Halved while turns take too long, so that a millisecond is kept without a clock read per switch.
    full_budget_ = std::max(full_budget_ / 2, 1);
  } else {
    full_budget_ = std::min(full_budget_ * 2, most_switches);
  }
  calls_.retry();
  last_turn_ = now;
  if (poll) last_poll_ = now;
  budget_ = full_budget_;
  if (shuffle_.is_on()) [[unlikely]] {
    shuffle_.draw(ready_, yielding);
    budget_ = 1;
  }
}

void scheduler::look() {
  // The time since the last one was spent elsewhere, and tells nothing about the length of turns.
  last_turn_ = clock::now();
  passed_over_ = most_passed_over;
  turn(false);
  look_at_threads();
}

void scheduler::look_at_threads() {
  const std::uint32_t asked = detail::this_thread.self->attention.load(std::memory_order_relaxed);
  if (asked & detail::has_dropped || calls_.is_due()) calls_.rouse();
  if (asked & detail::has_call) detail::serve_calls();
  take_inbox();
}

void scheduler::shuffle(std::uint64_t seed) noexcept {
  shuffle_ = detail::shuffle(seed);
  budget_ = 1;
}

// The next ready fiber, started; nullptr: it could not be started and has failed.
detail::control* scheduler::next_started() noexcept {
  if (ready_.size() > detail::ready_ring::many) ready_.fetch_ahead();
  const detail::turn next = ready_.pop();
  active_ = next.active;
  if (next.fiber->state != detail::fiber_state::unstarted) return next.fiber;
  return detail::start_scheduled(next.fiber) ? next.fiber : nullptr;
}

detail::control* scheduler::next_to_run() noexcept {
  if (--budget_ <= 0) turn(false);
  for (;;) {
    while (ready_.empty()) turn(true);
    if (detail::control* next = next_started()) return next;
  }
}

void scheduler::yield() {
  check_cancelled();
  detail::control* self = detail::this_thread.current;
  ready_.push({self, active_});
  self->state = detail::fiber_state::ready;
  detail::control* finished = switch_away(self);
  self->state = detail::fiber_state::running;
  if (finished) detail::recycle(finished);
}

std::string scheduler::describe(wake_token token) { return detail::describe(token.fiber_); }

void scheduler::run_now(detail::control* fiber) noexcept {
  detail::control* self = detail::this_thread.current;
  if (shuffle_.is_on()) [[unlikely]]
    shuffle_.keep_front(ready_);
  ready_.push_front({self, active_});
  if (!detail::start_scheduled(fiber)) {
    static_cast<void>(ready_.pop());
    return;
  }
  active_ = nullptr;
  self->state = detail::fiber_state::ready;
  detail::control* finished = detail::resume(fiber);
  self->state = detail::fiber_state::running;
  if (finished) detail::recycle(finished);
}

void scheduler::check_cancelled() const {
  if (!active_ || !active_->is_cancelled() || detail::is_unwinding(*active_->innermost)) return;
  const detail::shared_cause cause = detail::cancelled_by(*active_->innermost).cause;
  throw cancelled(cause ? cause->reason : std::string(), cause ? cause->by : std::string());
}

}  // namespace lowlevel
}  // namespace coir
