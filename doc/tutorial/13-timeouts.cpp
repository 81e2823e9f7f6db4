// Time that runs out, and what it does not reach.
#include <chrono>
#include <cstdio>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

constexpr auto unit = 50ms;

int main() {
  return coir::run([] {
    try {
      coir::with_timeout(unit, [] { coir::sleep_for(1h); });
    } catch (const coir::timed_out&) {
      std::puts("timeout!");
    }

    const auto answer = coir::move_on_after(unit, [] { return 42; });
    std::printf("%d in time\n", answer.value());

    // A scope can be cancelled by whoever holds it, with a reason.
    coir::cancel_scope scope;
    const auto canceller = coir::call_later(unit, [&] { scope.cancel("nobody needs it"); });
    const bool to_the_end = scope.run([] {
      try {
        coir::sleep_for(1h);
      } catch (const coir::cancelled& c) {
        std::printf("cancelled: %s\n", c.reason().c_str());
        // Cleanup that has to wait.
        coir::shielded([] { coir::sleep_for(unit); });
        std::puts("cleaned up");
        throw;
      }
    });
    std::puts(to_the_end ? "to the end" : "cut short");

    // Tasks are scopes, too.
    const auto task = coir::spawn({.name = "sleeper"}, [] { coir::sleep_for(1h); });
    task.on_done([](const coir::task<>& t) { std::printf("%s has ended\n", t.name().c_str()); });
    std::printf("%zu task runs\n", coir::all_tasks().size());
    coir::yield();
    task.cancel("the shop is closed");
    try {
      task.get();
    } catch (const coir::cancelled& c) {
      std::printf("cancelled: %s (by %s)\n", c.reason().c_str(), c.by().c_str());
    }
    coir::yield();
    return 0;
  });
}
