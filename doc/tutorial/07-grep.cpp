// A filter that waits for lines and prints those that match.
#include <cstdio>
#include <string>

#include <coir/fiber.hpp>

coir::generator<void, std::string> grep(std::string pattern) {
  return [pattern](auto& y) {
    std::printf("looking for '%s'\n", pattern.c_str());
    for (;;) {
      const std::string line = y();
      if (line.find(pattern) != line.npos) std::puts(line.c_str());
    }
  };
}

int main() {
  auto search = grep("fiber");
  search.next();
  search.send("coconuts have a husk");
  search.send("the husk is fiber");
  search.send("the fiber is called coir");
  search.close();
}
