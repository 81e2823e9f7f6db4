// Unwinders find their way at every instruction of a switch: a processor that traps after each one lets a
// backtrace be made there. Profilers and crash handlers stop programs in such places.
#if defined(__x86_64__) && defined(__linux__)

#include <csignal>
#include <cstdint>
#include <string>

#include <ucontext.h>
#include <unwind.h>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "sanitizer.hpp"
#include "valgrind.hpp"

#if COIR_NATIVE_SWITCH
extern "C" void coir_fiber_entry();
#endif

namespace {

using support::to_parent;

constexpr int rounds = 20;

int steps_on_thread = 0;
int steps_on_fiber = 0;
int bad = 0;
bool is_over = false;

// In the middle of a switch it is one side's code that runs, and whose stack it is changes; so what tells the
// stacks apart is functions on them that do not switch themselves.
[[gnu::noinline]] void thread_side();

struct walk {
  int thread_frames = 0;
  int bottoms = 0;
  int frames = 0;
  bool ends_in_bottom = false;
};

std::uintptr_t address_of(void (*f)()) { return reinterpret_cast<std::uintptr_t>(f); }

bool is_bottom([[maybe_unused]] std::uintptr_t function) {
#if COIR_NATIVE_SWITCH
  return function == address_of(coir_fiber_entry) - 1;  // behind a nop
#else
  return false;
#endif
}

_Unwind_Reason_Code visit(_Unwind_Context* frame, void* argument) {
  auto& w = *static_cast<walk*>(argument);
  if (++w.frames > 200) return _URC_NORMAL_STOP;
  if (_Unwind_GetIP(frame) == 0) return _URC_NO_REASON;  // how libgcc shows that the one before had no caller
  const std::uintptr_t function = _Unwind_GetRegionStart(frame);
  w.thread_frames += function == address_of(thread_side);
  w.ends_in_bottom = is_bottom(function);
  w.bottoms += w.ends_in_bottom;
  return _URC_NO_REASON;
}

void on_step(int, siginfo_t*, void* context) {
  constexpr greg_t trap_flag = 0x100;
  greg_t& flags = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL];
  flags = is_over ? flags & ~trap_flag : flags | trap_flag;
  walk w;
  const bool reached_the_end = _Unwind_Backtrace(visit, &w) == _URC_END_OF_STACK;
  const bool on_thread = w.thread_frames == 1 && w.bottoms == 0;
  const bool on_fiber = w.thread_frames == 0 && w.bottoms == 1 && w.ends_in_bottom;
  steps_on_thread += on_thread;
  steps_on_fiber += on_fiber;
  bad += !reached_the_end || on_thread == on_fiber;
}

[[gnu::noinline]] void switch_back_and_forth() {
  const coir::fiber f([] {
    for (int i = 0; i < rounds; ++i) to_parent(i);
  });
  asm volatile("int3" ::: "memory");
  for (int i = 0; i < rounds; ++i) f.switch_to<int>();
  f.switch_to();
  is_over = true;
  asm volatile("nop" ::: "memory");
}

void thread_side() {
  switch_back_and_forth();
  asm volatile("");  // no tail call
}

using single_step = support::nothing_left;

TEST_F(single_step, finds_a_whole_backtrace_at_every_instruction) {
  if (!COIR_NATIVE_SWITCH) GTEST_SKIP() << "Boost.Context's switch has no unwind information";
  if (support::has_sanitizer || support::on_valgrind()) GTEST_SKIP() << "tools step into code of their own";
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_sigaction = on_step;
  action.sa_flags = SA_SIGINFO;
  ASSERT_EQ(sigaction(SIGTRAP, &action, &before), 0);
  thread_side();
  sigaction(SIGTRAP, &before, nullptr);
  EXPECT_EQ(bad, 0);
  EXPECT_GT(steps_on_thread, rounds * 10);
  EXPECT_GT(steps_on_fiber, rounds * 10);
}

}  // namespace

#endif
