// Tasks that end together.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

constexpr auto unit = 50ms;

int main() {
  return coir::run([] {
    // The first error cancels the others and the body, and comes out here.
    try {
      coir::in_group([](coir::group& g) {
        g.spawn({.name = "broken"}, [] {
          coir::sleep_for(unit);
          throw std::runtime_error("no connection");
        });
        g.spawn([] {
          try {
            coir::sleep_for(1h);
          } catch (const coir::cancelled& c) {
            std::printf("cancelled: %s\n", c.reason().c_str());
            throw;
          }
        });
        coir::sleep_for(1h);
      });
    } catch (const std::runtime_error& e) {
      std::puts(e.what());
    }

    // At most three at once.
    int running = 0;
    int most = 0;
    coir::in_group({.most_at_once = 3}, [&](coir::group& g) {
      for (int i = 0; i < 10; ++i)
        g.spawn([&] {
          most = std::max(most, ++running);
          coir::yield();
          --running;
        });
    });
    std::printf("%d at once\n", most);

    // A service that is waited for until it is ready, and stopped with the group.
    coir::in_group([](coir::group& g) {
      const int port = g.start<int>([](coir::readiness<int>& ready) {
        coir::sleep_for(unit);
        ready(8080);
        coir::sleep_for(1h);
      });
      std::printf("listens on %d\n", port);
      g.cancel();
    });
    std::puts("stopped");
    return 0;
  });
}
