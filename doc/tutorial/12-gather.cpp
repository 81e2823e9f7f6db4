// Several tasks at once: their results together, as they come, or only the first.
#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

constexpr auto unit = 50ms;

long factorial(const char* name, int number) {
  long product = 1;
  for (int i = 2; i <= number; ++i) {
    std::printf("task %s: factorial(%d), i = %d\n", name, number, i);
    coir::sleep_for(unit);
    product *= i;
  }
  return product;
}

int fail() { throw std::runtime_error("this one fails"); }

int main() {
  return coir::run([] {
    const auto [a, b, c] =
        coir::gather([] { return factorial("A", 2); }, [] { return factorial("B", 3); }, [] { return factorial("C", 4); });
    std::printf("%ld %ld %ld\n", a, b, c);

    // The first error cancels the others; or all come as outcomes.
    try {
      coir::gather(fail, [] { coir::sleep_for(1h); });
    } catch (const std::runtime_error& e) {
      std::puts(e.what());
    }
    const auto [failed, three] = coir::gather(coir::collect_errors, fail, [] { return 3; });
    std::printf("%s, %d\n", failed ? "a value" : "an error", three.value());

    std::vector<coir::task<int>> tasks;
    for (int i = 3; i >= 1; --i)
      tasks.push_back(coir::spawn([i] {
        coir::sleep_for(i * unit);
        return i;
      }));
    const auto [done, pending] = coir::wait(tasks, coir::first_completed);
    std::printf("%zu done, %zu pending\n", done.size(), pending.size());
    for (const auto& t : coir::as_completed(tasks)) std::printf("%d\n", t.get());

    const auto winner = coir::first_of(
        [] {
          coir::sleep_for(1h);
          return 0;
        },
        [] {
          coir::sleep_for(unit);
          return std::string("the fast one");
        });
    std::puts(std::get<1>(winner).c_str());
    return 0;
  });
}
