// Why edge-triggered and registered once: a level-triggered descriptor reports until it is read, so either
// it is read at once, or disarmed and armed again by an epoll_ctl (170 ns) per wait. An edge is reported
// once; source::ready remembers it until a system call has found the descriptor empty.
//
// Why generations: closing a descriptor removes it from the epoll, but events of it may lie in the batch
// that is being delivered, and its slot may have a new owner by then. The 64 bits that epoll hands back
// carry slot and generation; an event whose generation has passed is dropped.
#include <coir/reactor/reactor.hpp>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <coir/reactor/source.hpp>

namespace coir::lowlevel {
namespace {

constinit thread_local reactor* this_reactor = nullptr;

constexpr std::uint64_t wakeup_tag = ~std::uint64_t{0};
constexpr std::uint32_t interest = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;

[[noreturn]] void fail(int error, const char* what) { throw std::system_error(error, std::generic_category(), what); }

// Kernels before 5.11 have no epoll_pwait2: milliseconds then, rounded up so that no timer fires early.
int wait_for_events(int epoll, epoll_event* events, int count, clock::duration timeout, bool endless) noexcept {
  static std::atomic<bool> has_pwait2{true};
  if (has_pwait2.load(std::memory_order_relaxed)) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
    timespec spec{};
    spec.tv_sec = static_cast<std::time_t>(seconds.count());
    spec.tv_nsec = static_cast<long>(std::chrono::nanoseconds(timeout - seconds).count());
    const int n = ::epoll_pwait2(epoll, events, count, endless ? nullptr : &spec, nullptr);
    if (n >= 0 || errno != ENOSYS) return n;
    has_pwait2.store(false, std::memory_order_relaxed);
  }
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return ::epoll_wait(epoll, events, count, endless ? -1 : static_cast<int>(std::min<long long>(ms, 1 << 30)));
}

// An epoll is shared with a forked child, which would take the parent's events: the child lets go of it.
constinit std::mutex reactors_mutex;
constinit reactor* all_reactors = nullptr;  // guarded by reactors_mutex

}  // namespace

void reactor::expect_forks() {
  static const int once = ::pthread_atfork([] { reactors_mutex.lock(); }, [] { reactors_mutex.unlock(); },
                                           [] {
                                             for (reactor* r = all_reactors; r; r = r->next_) {
                                               r->epoll_.reset();
                                               r->wakeup_.reset();
                                             }
                                             all_reactors = nullptr;
                                             this_reactor = nullptr;
                                             reactors_mutex.unlock();
                                           });
  static_cast<void>(once);
}

reactor::reactor()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      events_(new epoll_event[batch]) {
  if (!epoll_) fail(errno, "cannot create an epoll descriptor");
  if (!wakeup_) fail(errno, "cannot create an eventfd");
  // Never read: every write is an edge of its own.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = wakeup_tag;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeup_.get(), &event) != 0) fail(errno, "cannot watch an eventfd");
  if (this_reactor) throw std::logic_error("this thread has a reactor already");
  expect_forks();
  const std::lock_guard lock(reactors_mutex);
  next_ = std::exchange(all_reactors, this);
  this_reactor = this;
}

reactor::~reactor() {
  {
    const std::lock_guard lock(reactors_mutex);
    for (reactor** r = &all_reactors; *r; r = &(*r)->next_)
      if (*r == this) {
        *r = next_;
        break;
      }
  }
  for (const slot& s : slots_)
    if (s.owner) s.owner->home_ = nullptr;
  this_reactor = nullptr;
}

reactor* reactor::current() noexcept { return this_reactor; }

void reactor::poll(deadline until) {
  const bool endless = until == never;
  const clock::duration timeout =
      endless ? clock::duration::zero() : std::max(until - clock::now(), clock::duration::zero());
  ++stats_.waits;
  const int n = wait_for_events(epoll_.get(), events_.get(), static_cast<int>(batch), timeout, endless);
  if (n < 0) {
    if (errno == EINTR) return;
    fail(errno, "cannot wait for events");
  }
  stats_.events += static_cast<std::uint64_t>(n);
  for (int i = 0; i < n; ++i) {
    const std::uint64_t tag = events_[static_cast<std::size_t>(i)].data.u64;
    if (tag == wakeup_tag) {
      // Before whatever the interrupters left is looked at: what comes later writes again.
      interrupted_.store(false, std::memory_order_seq_cst);
      continue;
    }
    const slot& s = slots_[tag & none];
    if (s.owner && s.generation == tag >> 32) s.owner->on_events(events_[static_cast<std::size_t>(i)].events);
  }
}

void reactor::interrupt() noexcept {
  if (interrupted_.exchange(true, std::memory_order_seq_cst)) return;
  const std::uint64_t one = 1;
  // Cannot fail: the counter would have to reach 2^64 - 2.
  [[maybe_unused]] const auto written = ::write(wakeup_.get(), &one, sizeof one);
}

std::uint32_t reactor::take_slot() {
  if (free_slot_ == none) {
    slots_.emplace_back();
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }
  const std::uint32_t index = free_slot_;
  free_slot_ = slots_[index].next_free;
  return index;
}

void reactor::add(source& s, int fd) {
  const std::uint32_t index = take_slot();
  slot& mine = slots_[index];
  ++mine.generation;
  epoll_event event{};
  event.events = interest;
  event.data.u64 = std::uint64_t{mine.generation} << 32 | index;
  ++stats_.registrations;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    const int error = errno;
    mine.next_free = free_slot_;
    free_slot_ = index;
    fail(error, ("cannot watch descriptor " + std::to_string(fd)).c_str());
  }
  mine.owner = &s;
  s.home_ = this;
  s.slot_ = index;
  ++registered_;
}

void reactor::remove(source& s, int fd) noexcept {
  // Not left to close(2): a duplicate of the descriptor would keep the registration alive, and reporting.
  ++stats_.registrations;
  epoll_event ignored{};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &ignored);
  slot& mine = slots_[s.slot_];
  mine.owner = nullptr;
  mine.next_free = free_slot_;
  free_slot_ = s.slot_;
  s.home_ = nullptr;
  --registered_;
}

}  // namespace coir::lowlevel
