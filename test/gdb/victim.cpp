// Aborts with fibers in every state, for gdb_test.py to find them.
#include <chrono>
#include <cstdlib>

#include <coir/coir.hpp>

namespace {

[[gnu::noinline]] void innermost() {
  coir::fiber::current().parent().switch_to();
  asm volatile("");
}
[[gnu::noinline]] void outermost() {
  innermost();
  asm volatile("");
}

[[gnu::noinline]] void sleeps() {
  coir::sleep_for(std::chrono::hours(1));
  asm volatile("");
}

}  // namespace

int main() {
  return coir::run([] {
    const coir::fiber unstarted({.name = "unstarted"}, [] {});
    const coir::fiber ended({.name = "ended"}, [] {});
    ended.switch_to();
    const coir::fiber suspended({.name = "suspended"}, outermost);
    suspended.switch_to();
    const auto sleeper = coir::spawn({.name = "sleeper"}, sleeps);
    coir::yield();
    coir::fiber({.name = "culprit"}, [] { std::abort(); }).switch_to();
    return 0;
  });
}
