#include <coir/fiber.hpp>
#include <cstdio>

int main() {
  coir::fiber producer([] {  // its parent is the fiber that made it: main
    for (int i : {1, 2, 3}) coir::fiber::current().parent().switch_to(i * i);
    return 0;
  });
  while (int square = producer.switch_to<int>()) std::printf("%d\n", square);
}
