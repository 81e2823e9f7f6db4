// The same work in sequence, then side by side: three units of time, then two.
#include <chrono>
#include <cmath>
#include <cstdio>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

constexpr auto unit = 200ms;

void say_after(int units, const char* what) {
  coir::sleep_for(units * unit);
  std::puts(what);
}

template <class F>
void timed(const char* how, F work) {
  const auto start = coir::now();
  work();
  const std::chrono::duration<double> took = coir::now() - start;
  std::printf("%s: %.0f units\n", how, std::floor(took / unit));
}

int main() {
  return coir::run([] {
    timed("in sequence", [] {
      say_after(1, "hello");
      say_after(2, "world");
    });
    timed("as tasks", [] {
      auto hello = coir::spawn([] { say_after(1, "hello"); });
      auto world = coir::spawn([] { say_after(2, "world"); });
      hello.join();
      world.join();
    });
    return 0;
  });
}
