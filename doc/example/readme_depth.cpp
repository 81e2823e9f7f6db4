#include <coir/fiber.hpp>
#include <cstdint>
#include <cstdio>

void walk(int depth, std::uint64_t node) {  // an ordinary recursive function
  if (depth == 0) return;
  walk(depth - 1, node * 2);
  coir::fiber::current().parent().switch_to(node);  // suspends all of its frames at once
  walk(depth - 1, node * 2 + 1);
}

int main() {
  coir::fiber nodes([] { walk(16, 1); return std::uint64_t{0}; });
  int count = 0;
  while (nodes.switch_to<std::uint64_t>()) ++count;
  std::printf("%d nodes\n", count);
}
