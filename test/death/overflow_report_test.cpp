// What is said before a stack overflow ends the process, and what other handlers of SIGSEGV see of it.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>

#include <coir/fiber.hpp>
#include <coir/task.hpp>
#include <coir/testing.hpp>

#include "sanitizer.hpp"

namespace {

using testing::ExitedWithCode;
using testing::KilledBySignal;

class overflow_report : public testing::Test {
 protected:
  void SetUp() override {
    if (support::has_sanitizer) GTEST_SKIP() << "the sanitizer's own report comes first";
  }
};

[[gnu::noinline]] unsigned recurse(unsigned depth) {
  volatile unsigned char frame[512];
  frame[depth % sizeof(frame)] = 1;
  const unsigned deeper = depth == 0 ? 0 : recurse(depth - 1);
  return deeper + frame[depth % sizeof(frame)];
}

void never_ends() { recurse(1U << 30U); }

void overflow() { coir::fiber({.name = "parser"}, never_ends).switch_to(); }

void use_fibers() { coir::fiber([] {}).switch_to(); }

void say(const char* text) { static_cast<void>(!::write(STDERR_FILENO, text, std::strlen(text))); }

void touch(void* address) { *static_cast<volatile char*>(address) = 1; }

// An address that faults and is no fiber's.
void* forbidden_page() { return ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }

void theirs(int) {
  say("theirs ran\n");
  ::_exit(3);
}

void theirs_with_information(int, siginfo_t* info, void*) {
  say(info->si_addr ? "theirs ran with an address\n" : "theirs ran without\n");
  ::_exit(3);
}

struct sigaction action(void (*handler)(int), int flags = 0) {
  struct sigaction a {};
  a.sa_handler = handler;
  a.sa_flags = flags;
  return a;
}

struct sigaction action(void (*handler)(int, siginfo_t*, void*), int flags = 0) {
  struct sigaction a {};
  a.sa_sigaction = handler;
  a.sa_flags = flags | SA_SIGINFO;
  return a;
}

struct sigaction install(const struct sigaction& a) {
  struct sigaction before {};
  ::sigaction(SIGSEGV, &a, &before);
  return before;
}

// -- what is said --------------------------------------------------------------------------------------

TEST_F(overflow_report, names_the_fiber_its_size_its_depth_and_what_helps) {
  EXPECT_EXIT(coir::fiber({.stack_size = 128 << 10, .name = "parser"}, never_ends).switch_to(), KilledBySignal(SIGSEGV),
              "coir: stack overflow in fiber 'parser': it is 9[67] KiB deep; its stack_size of 128 KiB leaves it 96 KiB"
              "\n.*larger stack_size.*-fstack-clash-protection");
}

TEST_F(overflow_report, gives_the_address_of_a_fiber_without_a_name) {
  EXPECT_EXIT(coir::fiber(never_ends).switch_to(), KilledBySignal(SIGSEGV), "stack overflow in fiber 0x[0-9a-f]+: ");
}

TEST_F(overflow_report, names_a_task) {
  EXPECT_EXIT(coir::testing::run([] { coir::spawn({.name = "parser"}, never_ends).get(); }), KilledBySignal(SIGSEGV),
              "stack overflow in fiber 'parser'");
}

TEST_F(overflow_report, comes_from_any_thread) {
  EXPECT_EXIT(
      {
        use_fibers();
        std::thread(overflow).join();
      },
      KilledBySignal(SIGSEGV), "stack overflow in fiber 'parser'");
}

TEST_F(overflow_report, comes_for_the_fiber_that_a_fiber_has_started) {
  EXPECT_EXIT(coir::fiber({.name = "outer"}, overflow).switch_to(), KilledBySignal(SIGSEGV),
              "stack overflow in fiber 'parser'");
}

TEST_F(overflow_report, comes_while_a_fiber_is_unwound) {
  struct deep_at_the_end {
    ~deep_at_the_end() { never_ends(); }
  };
  EXPECT_EXIT(
      {
        coir::fiber f({.name = "parser"}, [] {
          const deep_at_the_end d;
          coir::fiber::current().parent().switch_to();
        });
        f.switch_to();
        f = coir::fiber();
      },
      KilledBySignal(SIGSEGV), "stack overflow in fiber 'parser'");
}

TEST_F(overflow_report, comes_while_a_thread_ends) {
  struct deep_at_the_end {
    ~deep_at_the_end() { never_ends(); }
  };
  EXPECT_EXIT(std::thread([] {
                static thread_local coir::fiber f;
                f = coir::fiber({.name = "parser"}, [] {
                  const deep_at_the_end d;
                  coir::fiber::current().parent().switch_to();
                });
                f.switch_to();
              }).join(),
              KilledBySignal(SIGSEGV), "stack overflow in fiber 'parser'");
}

TEST_F(overflow_report, tells_of_a_frame_that_is_larger_than_the_stack) {
  EXPECT_EXIT(coir::fiber({.name = "parser"}, [] {
                volatile char frame[300 * 1024];
                for (std::size_t i = 0; i < sizeof(frame); i += 64) frame[sizeof(frame) - 1 - i] = 1;
              }).switch_to(),
              KilledBySignal(SIGSEGV), "stack overflow in fiber 'parser'");
}

TEST_F(overflow_report, tells_a_stray_pointer_from_an_overflow) {
  EXPECT_EXIT(coir::fiber({.name = "parser"}, [] {
                volatile char local = 0;
                touch(reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(&local) - 200 * 1024));
              }).switch_to(),
              KilledBySignal(SIGSEGV), "stray pointer in fiber 'parser': it is [0-4] KiB deep");
}

TEST_F(overflow_report, is_not_made_for_other_addresses) {
  EXPECT_EXIT(coir::fiber([] {
                say("nothing said, ");
                touch(forbidden_page());
              }).switch_to(),
              KilledBySignal(SIGSEGV), "nothing said, $");
}

TEST_F(overflow_report, is_not_made_for_another_fibers_guard) {
  EXPECT_EXIT(
      {
        std::uintptr_t inside = 0;
        coir::fiber neighbour([&] {
          volatile char local = 0;
          inside = reinterpret_cast<std::uintptr_t>(&local);
          coir::fiber::current().parent().switch_to();
        });
        neighbour.switch_to();
        coir::fiber([&] {
          say("nothing said, ");
          touch(reinterpret_cast<void*>(inside - 200 * 1024));
        }).switch_to();
      },
      KilledBySignal(SIGSEGV), "nothing said, $");
}

// -- a handler that was there before ---------------------------------------------------------------------

TEST_F(overflow_report, leaves_other_faults_to_a_handler_that_was_there_before) {
  EXPECT_EXIT(
      {
        install(action(theirs));
        use_fibers();
        touch(forbidden_page());
      },
      ExitedWithCode(3), "theirs ran");
  EXPECT_EXIT(
      {
        install(action(theirs_with_information));
        coir::fiber([] { touch(forbidden_page()); }).switch_to();
      },
      ExitedWithCode(3), "theirs ran with an address");
}

TEST_F(overflow_report, does_not_leave_an_overflow_to_a_handler_that_was_there_before) {
  EXPECT_EXIT(
      {
        install(action(theirs));
        overflow();
      },
      KilledBySignal(SIGSEGV), "stack overflow in fiber 'parser'");
}

char* mended = nullptr;

TEST_F(overflow_report, lets_a_handler_mend_a_fault_and_go_on) {
  EXPECT_EXIT(
      {
        mended = static_cast<char*>(forbidden_page());
        install(action([](int, siginfo_t*, void*) { ::mprotect(mended, 4096, PROT_READ | PROT_WRITE); }));
        use_fibers();
        touch(mended);
        ::_exit(*mended == 1 ? 0 : 1);
      },
      ExitedWithCode(0), "");
}

TEST_F(overflow_report, keeps_the_mask_and_the_flags_of_a_handler_that_was_there_before) {
  EXPECT_EXIT(
      {
        struct sigaction a = action(+[](int) {
          sigset_t now;
          ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
          ::_exit(::sigismember(&now, SIGUSR1) == 1 && ::sigismember(&now, SIGSEGV) == 0 ? 3 : 4);
        }, SA_NODEFER);
        ::sigaddset(&a.sa_mask, SIGUSR1);
        install(a);
        use_fibers();
        touch(forbidden_page());
      },
      ExitedWithCode(3), "");
  EXPECT_EXIT(
      {
        install(action(+[](int) { say("once, "); }, SA_RESETHAND));
        use_fibers();
        touch(forbidden_page());
      },
      KilledBySignal(SIGSEGV), "^once, $");
}

TEST_F(overflow_report, leaves_the_default_action_as_it_was) {
  EXPECT_EXIT(
      {
        use_fibers();
        touch(forbidden_page());
      },
      KilledBySignal(SIGSEGV), "^$");
  EXPECT_EXIT(
      {
        use_fibers();
        std::raise(SIGSEGV);
        ::_exit(0);
      },
      KilledBySignal(SIGSEGV), "^$");
}

TEST_F(overflow_report, leaves_an_ignored_signal_ignored_when_it_was_sent) {
  EXPECT_EXIT(
      {
        install(action(SIG_IGN));
        use_fibers();
        std::raise(SIGSEGV);
        ::_exit(0);
      },
      ExitedWithCode(0), "");
  EXPECT_EXIT(
      {
        install(action(SIG_IGN));
        use_fibers();
        touch(forbidden_page());
      },
      KilledBySignal(SIGSEGV), "^$");
}

// -- a handler that comes later --------------------------------------------------------------------------

TEST_F(overflow_report, leaves_everything_to_a_handler_that_is_installed_later) {
  EXPECT_EXIT(
      {
        use_fibers();
        install(action(theirs, SA_ONSTACK));
        overflow();
      },
      ExitedWithCode(3), "^theirs ran");
}

struct sigaction ours;

TEST_F(overflow_report, is_made_when_a_later_handler_asks_for_it) {
  EXPECT_EXIT(
      {
        use_fibers();
        ours = install(action(
            [](int signal, siginfo_t* info, void* context) {
              say("theirs first, ");
              ours.sa_sigaction(signal, info, context);
            },
            SA_ONSTACK));
        overflow();
      },
      KilledBySignal(SIGSEGV), "^theirs first, coir: stack overflow in fiber 'parser'");
}

// -- the alternate stack ---------------------------------------------------------------------------------

TEST_F(overflow_report, is_made_on_the_alternate_stack_that_a_thread_has_already) {
  EXPECT_EXIT(
      {
        static char memory[64 * 1024];
        stack_t mine{};
        mine.ss_sp = memory;
        mine.ss_size = sizeof(memory);
        ::sigaltstack(&mine, nullptr);
        use_fibers();
        stack_t now{};
        ::sigaltstack(nullptr, &now);
        if (now.ss_sp != memory) ::_exit(1);
        overflow();
      },
      KilledBySignal(SIGSEGV), "stack overflow in fiber 'parser'");
}

std::ptrdiff_t mappings() {
  std::ifstream maps("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
}

TEST_F(overflow_report, costs_a_thread_a_stack_that_is_gone_when_it_ends) {
  const auto thread = [] { std::thread(use_fibers).join(); };
  thread();
  const auto before = mappings();
  for (int i = 0; i < 50; ++i) thread();
  EXPECT_LE(mappings(), before + 5);
}

TEST_F(overflow_report, leaves_a_thread_without_fibers_alone) {
  std::thread([] {
    stack_t now{};
    ::sigaltstack(nullptr, &now);
    EXPECT_TRUE(now.ss_flags & SS_DISABLE);
    use_fibers();
    ::sigaltstack(nullptr, &now);
    EXPECT_FALSE(now.ss_flags & SS_DISABLE);
    EXPECT_GE(now.ss_size, 64U * 1024U);
  }).join();
}

}  // namespace
