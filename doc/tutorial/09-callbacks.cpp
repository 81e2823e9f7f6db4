// Functions that are called later: in the next turn, after a while, or not at all.
#include <chrono>
#include <cstdio>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

void hello(int n) { std::printf("hello %d\n", n); }

void show_times() {
  const auto start = coir::now();
  coir::call_soon([] { hello(0); });
  coir::call_later(200ms, [] { hello(3); });
  coir::call_later(100ms, [] { hello(2); });
  coir::call_at(start + 50ms, [] { hello(1); });
  const auto regretted = coir::call_later(1h, [] { hello(99); });

  std::puts("queued");
  coir::sleep_for(150ms);
  std::puts(regretted.cancel() ? "called off in time" : "too late");
  coir::sleep_for(150ms);
}

int main() {
  for (int i = 1; i <= 2; ++i)
    coir::run([i] {
      std::printf("run %d\n", i);
      show_times();
    });
}
