// What both outside projects build: explicit switches, and tasks under a scheduler.
#include <coir/coir.hpp>
#include <coir/fiber.hpp>
#include <cstdio>

namespace {

void switch_to_each_other() {
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
  gr1.switch_to();
}

}  // namespace

int main() {
  switch_to_each_other();
  return coir::run([] {
    auto answer = coir::spawn([] { return 42; });
    std::printf("%d\n", answer.get());
    return 0;
  });
}
