#include <coir/sync/detail/future_core.hpp>

#include <stdexcept>

#include <coir/base/cancelled.hpp>
#include <coir/base/unhandled.hpp>
#include <coir/sched/scheduler.hpp>
#include <coir/sync/broken_promise.hpp>

namespace coir {

broken_promise::~broken_promise() = default;

namespace detail {
namespace {

std::string line_of(where w) { return std::string(w.file) + ":" + std::to_string(w.line); }

bool is_cancellation(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

void drop(intrusive_list<call>& calls) noexcept {
  while (!calls.empty()) call_ref(&calls.pop_front());
}

}  // namespace

done_call::done_call(where from) noexcept : call(from) {
  if (const lowlevel::scheduler* here = lowlevel::scheduler::current()) target = here->door();
}

future_core::~future_core() {
  if (how_ == outcome::error && !retrieved_) report_unhandled({error_, "a future", line_of(made_)});
}

std::string future_core::title() const { return "the promise made at " + line_of(made_); }

void future_core::throw_taken() const {
  throw std::logic_error("the value of " + title() + " can be moved out only once, and has been");
}

bool future_core::wait_until(deadline until) {
  lowlevel::scheduler* here = lowlevel::scheduler::current();
  if (!here) return wait_on_thread(until);
  // A call that could wait is a place where cancellation is met, also when it need not wait.
  here->check_cancelled();
  if (is_done()) return true;
  waiter self;
  self.fiber = here->prepare();
  {
    const std::lock_guard lock(mutex_);
    if (is_done()) return true;
    waiters_.push_back(self);
  }
  const lowlevel::wake_reason reason = here->park(self.fiber, "a future", until);
  {
    const std::lock_guard lock(mutex_);
    self.unlink();
  }
  if (reason == lowlevel::wake_reason::cancelled) here->check_cancelled();
  return is_done();
}

bool future_core::wait_on_thread(deadline until) {
  if (is_done()) return true;
  std::condition_variable changed;
  waiter self;
  self.thread = &changed;
  std::unique_lock lock(mutex_);
  if (is_done()) return true;
  waiters_.push_back(self);
  const auto done = [this] { return is_done(); };
  if (until == never)
    changed.wait(lock, done);
  else
    changed.wait_until(lock, until, done);
  self.unlink();
  return is_done();
}

void future_core::check() {
  if (!error_) return;
  retrieved_.store(true, std::memory_order_relaxed);
  std::rethrow_exception(error_);
}

bool future_core::claim() {
  const std::lock_guard lock(mutex_);
  if (phase_ == phase::pending) {
    phase_ = phase::claimed;
    return true;
  }
  if (is_done() && how_ == outcome::called_off) return false;
  throw std::logic_error(title() + " is set a second time");
}

void future_core::finish() { settle(std::unique_lock(mutex_), outcome::value); }

bool future_core::fail(std::exception_ptr error) {
  if (!error) throw std::logic_error(title() + " is given an empty exception_ptr");
  if (!claim()) return false;
  const bool cancels = is_cancellation(error);
  std::unique_lock lock(mutex_);
  error_ = std::move(error);
  settle(std::move(lock), cancels ? outcome::given_up : outcome::error);
  return true;
}

bool future_core::cancel(std::string reason, bool by_future) {
  if (is_done()) return false;
  std::exception_ptr error = std::make_exception_ptr(cancelled(std::move(reason)));
  std::unique_lock lock(mutex_);
  if (phase_ != phase::pending) return false;
  error_ = std::move(error);
  settle(std::move(lock), by_future ? outcome::called_off : outcome::given_up);
  return true;
}

void future_core::break_promise() {
  if (is_done()) return;
  std::exception_ptr error = std::make_exception_ptr(broken_promise(title() + " was dropped before it was set"));
  std::unique_lock lock(mutex_);
  if (is_done()) return;
  error_ = std::move(error);
  settle(std::move(lock), outcome::broken);
}

void future_core::settle(std::unique_lock<std::mutex> lock, outcome how) {
  how_ = how;
  phase_.store(phase::done, std::memory_order_release);
  while (!waiters_.empty()) {
    waiter& w = waiters_.pop_front();
    if (w.thread)
      w.thread->notify_one();
    else
      lowlevel::scheduler::wake(w.fiber);
  }
  intrusive_list<call> to_drop;
  if (how != outcome::called_off) to_drop.append(on_cancel_);
  intrusive_list<call> due;
  due.append(on_cancel_);
  due.append(on_done_);
  call_each(due, std::move(lock));
  drop(to_drop);
}

// Those with a scheduler are posted under the lock, or one that is registered meanwhile would overtake them.
void future_core::call_each(intrusive_list<call>& due, std::unique_lock<std::mutex> lock) {
  intrusive_list<call> here;
  intrusive_list<call> late;
  while (!due.empty()) {
    call_ref c(&due.pop_front());
    const std::shared_ptr<door> target = std::move(static_cast<done_call*>(c.get())->target);
    if (target && target->post(c)) continue;
    (target ? late : here).push_back(*c.release());
  }
  lock.unlock();
  while (!here.empty()) call_ref(&here.pop_front())->run_and_report();
  drop(late);
}

void future_core::on_done(done_call* c) {
  std::unique_lock lock(mutex_);
  if (!is_done()) return on_done_.push_back(*c);
  intrusive_list<call> due;
  due.push_back(*c);
  call_each(due, std::move(lock));
}

void future_core::on_cancel(done_call* c) {
  std::unique_lock lock(mutex_);
  if (!is_done()) return on_cancel_.push_back(*c);
  intrusive_list<call> due;
  due.push_back(*c);
  if (how_ == outcome::called_off) return call_each(due, std::move(lock));
  lock.unlock();
  drop(due);
}

}  // namespace detail
}  // namespace coir
