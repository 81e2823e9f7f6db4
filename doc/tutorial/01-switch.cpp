// Two functions that take turns: each runs until it hands over to the other.
#include <cstdio>

#include <coir/fiber.hpp>

int main() {
  coir::fiber gr1, gr2;
  gr1 = coir::fiber([&] {
    std::puts("1");
    gr2.switch_to();
    std::puts("2");
    gr2.switch_to();
  });
  gr2 = coir::fiber([&] {
    std::puts("3");
    gr1.switch_to();
    std::puts("4");
  });
  gr1.switch_to();  // returns when gr2 has ended: its parent is the fiber that made it, this one
}
