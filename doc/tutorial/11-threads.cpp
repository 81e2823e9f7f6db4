// Another thread has something done on this one, and waits for the result.
#include <chrono>
#include <cstdio>
#include <thread>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

int add(int a, int b) {
  coir::sleep_for(10ms);
  return a + b;
}

int main() {
  return coir::run([] {
    coir::promise<> asked;
    const auto over = asked.get_future();

    std::thread other([here = coir::this_scheduler(), asked = std::move(asked)]() mutable {
      coir::post(here, [] { std::puts("posted"); });
      const auto sum = coir::run_in(here, [] { return add(1, 2); });
      if (sum.wait_for(10s))
        std::printf("%d\n", sum.get());
      else
        sum.cancel("took too long");
      asked.set_value();
    });

    over.wait();
    other.join();
    return 0;
  });
}
