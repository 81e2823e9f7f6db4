// Functions that hand out one value at a time, and one that hands out another's in between.
#include <cstdio>

#include <coir/fiber.hpp>

coir::generator<int> inner() {
  return [](auto& y) {
    y(3);
    y(4);
  };
}

coir::generator<int> outer() {
  return [](auto& y) {
    y(1);
    y.from(inner());
    y(2);
  };
}

int main() {
  for (int i : outer()) std::printf("%d\n", i);
}
