#include "overflow.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>

#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include <coir/fiber/detail/control.hpp>

#include "particulars.hpp"
#include "slab.hpp"

namespace coir::detail {
#if COIR_ASAN

void watch_for_overflow() noexcept {}

#else
namespace {

// -- what is said ----------------------------------------------------------------------------------------
// From here to `on_fault` everything is async-signal-safe: no allocation, no lock, no stdio.

class message {
 public:
  message& operator<<(const char* text) noexcept {
    while (*text && length_ < sizeof(text_)) text_[length_++] = *text++;
    return *this;
  }
  message& operator<<(const void* address) noexcept {
    *this << "0x";
    return number(reinterpret_cast<std::uintptr_t>(address), 16);
  }
  message& operator<<(std::size_t value) noexcept { return number(value, 10); }

  void write() const noexcept {
    for (std::size_t sent = 0; sent < length_;) {
      const ssize_t n = ::write(STDERR_FILENO, text_ + sent, length_ - sent);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;
      sent += static_cast<std::size_t>(n);
    }
  }

 private:
  message& number(std::size_t value, std::size_t base) noexcept {
    char digits[24];
    char* first = digits + sizeof(digits) - 1;
    *first = '\0';
    do *--first = "0123456789abcdef"[value % base];
    while (value /= base);
    return *this << first;
  }

  char text_[1024];
  std::size_t length_ = 0;
};

constexpr std::size_t kib = 1024;

// What the x86-64 ABI lets a leaf function use below its stack pointer.
constexpr std::size_t red_zone = 128;

struct fault {
  const std::byte* address;
  const std::byte* stack_pointer;  // the address, where this processor's is not known
};

fault fault_of(const siginfo_t& info, const void* context) noexcept {
  const auto* address = static_cast<const std::byte*>(info.si_addr);
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return {address, reinterpret_cast<const std::byte*>(machine.gregs[REG_RSP])};
#elif defined(__aarch64__)
  return {address, reinterpret_cast<const std::byte*>(machine.sp)};
#else
  static_cast<void>(machine);
  return {address, address};
#endif
}

bool is_overflow(const fault& f, const control* c) noexcept {
  return f.stack_pointer <= c->stack.base + c->stack.guard() + red_zone;
}

// The fiber whose guard was hit: the current one or, in the middle of a switch, the one that makes it.
const control* find_fiber(const fault& f) noexcept {
  const auto hit = [&](const control* c) {
    if (!c || c->is_thread || !c->stack.base) return false;
    // The page between two stacks belongs to the guard of the upper one.
    const std::byte* const lowest = c->stack.base - (stride_of(c->stack.size()) - c->stack.size());
    return f.address >= lowest && f.address < c->stack.base + c->stack.guard();
  };
  const control* current = this_thread.current;
  if (hit(current)) return current;
  if (current && hit(current->previous) && is_overflow(f, current->previous)) return current->previous;
  return nullptr;
}

void tell(const fault& f, const control* c) noexcept {
  const auto depth = [&](const std::byte* at) { return static_cast<std::size_t>(c->stack.top() - at) / kib; };
  const bool overflow = is_overflow(f, c);
  message m;
  m << "coir: " << (overflow ? "stack overflow in fiber " : "stray pointer in fiber ");
  if (c->own && !c->own->name.empty())
    m << "'" << c->own->name.c_str() << "'";
  else
    m << static_cast<const void*>(c);
  if (overflow) {
    m << ": it is " << depth(std::min(f.address, f.stack_pointer)) << " KiB deep; its stack_size of "
      << c->stack.size() / kib << " KiB leaves it " << (c->stack.size() - c->stack.guard()) / kib
      << " KiB\n      hint: give it a larger stack_size (coir::fiber_options), or let it recurse less; compile\n"
         "            code with large frames by -fstack-clash-protection, or they may step over the guard\n";
  } else {
    m << ": it is " << depth(f.stack_pointer) << " KiB deep, and touches " << static_cast<const void*>(f.address)
      << " in the guard of its stack, " << depth(f.address)
      << " KiB down\n      hint: no overflow, so perhaps an index below the start of an array\n";
  }
  m.write();
}

// -- who hears of what is not ours -----------------------------------------------------------------------

constinit struct sigaction previous {};                // written before ours is installed
constinit std::atomic<bool> previous_is_spent{false};  // by SA_RESETHAND

void die_by_default(int signal, siginfo_t* info) noexcept {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  ::sigaction(signal, &plain, nullptr);
  // A fault happens again on return, with the state that a core dump is to show. One that was sent does not.
  if (info->si_code <= 0) ::syscall(SYS_rt_tgsigqueueinfo, ::getpid(), ::gettid(), signal, info);
}

void pass_on(int signal, siginfo_t* info, void* context) noexcept {
  const bool plain = !(previous.sa_flags & SA_SIGINFO);
  if (plain && previous.sa_handler == SIG_IGN && info->si_code <= 0) return;  // only what was sent can be ignored
  if (plain && (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN)) return die_by_default(signal, info);
  if (previous.sa_flags & SA_RESETHAND && previous_is_spent.exchange(true)) return die_by_default(signal, info);
  // The mask as it would be; the return from this handler restores it.
  sigset_t mask = previous.sa_mask;
  ::pthread_sigmask(SIG_BLOCK, &mask, nullptr);
  if (previous.sa_flags & SA_NODEFER) {
    ::sigemptyset(&mask);
    ::sigaddset(&mask, signal);
    ::pthread_sigmask(SIG_UNBLOCK, &mask, nullptr);
  }
  if (plain)
    previous.sa_handler(signal);
  else
    previous.sa_sigaction(signal, info, context);
}

void on_fault(int signal, siginfo_t* info, void* context) {
  if (info->si_code > 0) {
    const fault f = fault_of(*info, context);
    if (const control* c = find_fiber(f)) {
      tell(f, c);
      return die_by_default(signal, info);
    }
  }
  pass_on(signal, info, context);
}

bool install() noexcept {
  ::sigaction(SIGSEGV, nullptr, &previous);
  struct sigaction ours {};
  ours.sa_sigaction = on_fault;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&ours.sa_mask);
  return ::sigaction(SIGSEGV, &ours, nullptr) == 0;
}

// -- where the handler runs ------------------------------------------------------------------------------

// Room for handlers that were there before as well, which may print a backtrace.
constexpr std::size_t room = 64 * kib;
constexpr std::size_t guard = 4 * kib;

constinit thread_local std::byte* own_memory = nullptr;
constinit thread_local bool looked_after = false;

struct at_thread_exit {
  ~at_thread_exit() {
    if (!own_memory) return;
    stack_t now{};
    if (::sigaltstack(nullptr, &now) == 0 && now.ss_sp == own_memory + guard) {
      stack_t none{};
      none.ss_flags = SS_DISABLE;
      ::sigaltstack(&none, nullptr);
    }
    ::munmap(own_memory, room + guard);
    own_memory = nullptr;
  }
};

void make_alternate_stack() noexcept {
  stack_t now{};
  if (::sigaltstack(nullptr, &now) != 0 || !(now.ss_flags & SS_DISABLE)) return;
  void* memory = ::mmap(nullptr, room + guard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return;
  own_memory = static_cast<std::byte*>(memory);
  guard_range(own_memory, guard);
  stack_t ours{};
  ours.ss_sp = own_memory + guard;
  ours.ss_size = room;
  ::sigaltstack(&ours, nullptr);
  thread_local at_thread_exit exit_guard;
  static_cast<void>(exit_guard);
}

}  // namespace

void watch_for_overflow() noexcept {
  // Not again for fibers of static destructors, which come after the thread's own end.
  if (looked_after) return;
  looked_after = true;
  static const bool installed = install();
  static_cast<void>(installed);
  make_alternate_stack();
}

#endif
}  // namespace coir::detail
