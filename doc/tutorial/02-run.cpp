// A program that waits: coir::run gives it a scheduler, and sleeping suspends it instead of the thread.
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

int main() {
  return coir::run([] {
    std::puts("hello");
    coir::sleep_for(50ms);
    std::puts("world");

    try {
      coir::run([] {});
    } catch (const std::logic_error& e) {
      std::puts(e.what());
    }
    return 0;
  });
}
