#include <coir/reactor/source.hpp>

#include <stdexcept>
#include <string>

#include <sys/epoll.h>

#include <coir/base/closed.hpp>
#include <coir/base/detail/fatal.hpp>
#include <coir/reactor/busy.hpp>
#include <coir/reactor/reactor.hpp>
#include <coir/sched/scheduler.hpp>

namespace coir {

busy::~busy() = default;

namespace lowlevel {
namespace {

// Tokio's "coop" budget is 128 operations; half of it keeps a turn of small reads near 100 us.
constexpr std::uint8_t attempts_in_a_row = 64;

std::string told_by(const char* what) { return std::string(what) + ": "; }

}  // namespace

source::~source() {
  if (read_.waiter || write_.waiter)
    detail::fatal("close() it first, which wakes the fiber with coir::closed, and let that one leave",
                  "a stream was destroyed while a %s waited in it",
                  scheduler::describe(read_.waiter ? read_.waiter : write_.waiter).c_str());
  close();
}

source::claim::claim(source& s, direction d, const char* what) : side_(s.of(d)) {
  if (side_.user)
    throw busy(told_by(what) + scheduler::describe(side_.user) + " is at it already; one fiber at a time may");
  side_.user = scheduler::required(what).prepare();
}

void source::wait_turn(const char* what) {
  scheduler& here = scheduler::required(what);
  if (closed_) throw closed(told_by(what) + "it is closed");
  here.check_cancelled();
  if (++attempts_ < attempts_in_a_row) return;
  attempts_ = 0;
  here.yield();
  if (closed_) throw closed(told_by(what) + "it was closed");
}

bool source::wait(direction d, const char* what, deadline until) {
  scheduler& here = scheduler::required(what);
  if (closed_) throw closed(told_by(what) + "it is closed");
  here.check_cancelled();
  side& mine = of(d);
  if (mine.waiter)
    throw busy(told_by(what) + scheduler::describe(mine.waiter) + " waits for the same already; one fiber at a time may");
  reactor* home = reactor::current();
  if (!home) throw std::logic_error(told_by(what) + "this thread has no reactor: call it inside coir::run");
  if (home_ != home) {
    if (home_) throw std::logic_error(told_by(what) + "the descriptor is registered with another thread's reactor");
    home->add(*this, fd_);
  }
  if (mine.ready) return true;
  attempts_ = 0;
  mine.waiter = here.prepare();
  const wake_reason reason = here.park(mine.waiter, what, until);
  mine.waiter = {};
  if (closed_) throw closed(told_by(what) + "it was closed");
  if (reason == wake_reason::cancelled) here.check_cancelled();
  return reason == wake_reason::woken;
}

void source::wake(side& s) noexcept {
  s.ready = true;
  scheduler::wake(s.waiter);
}

void source::on_events(std::uint32_t events) noexcept {
  constexpr std::uint32_t ends = EPOLLHUP | EPOLLERR;
  if (events & (ends | EPOLLRDHUP | EPOLLPRI)) exceptional_ = true;
  if (events & (ends | EPOLLIN | EPOLLRDHUP | EPOLLPRI)) wake(read_);
  if (events & (ends | EPOLLOUT)) wake(write_);
}

void source::close() noexcept {
  if (closed_) return;
  closed_ = true;
  if (home_) home_->remove(*this, fd_);
  scheduler::wake(read_.waiter);
  scheduler::wake(write_.waiter);
}

}  // namespace lowlevel
}  // namespace coir
