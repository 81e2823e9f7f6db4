// A value that somebody else delivers: waiting for it, and being called when it is there.
#include <chrono>
#include <cstdio>
#include <string>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

constexpr auto unit = 100ms;

int main() {
  return coir::run([] {
    coir::promise<std::string> promise;
    const auto future = promise.get_future();
    future.on_done([](const auto& f) { std::printf("a callback: %s\n", f.get().c_str()); });

    const auto start = coir::now();
    auto setter = coir::spawn([promise = std::move(promise)]() mutable {
      coir::sleep_for(2 * unit);
      promise.set_value("666");
    });
    std::puts(future.get().c_str());
    std::printf("after %d units\n", static_cast<int>((coir::now() - start) / unit));

    future.on_done([](const auto& f) { std::printf("one that comes late: %s\n", f.get().c_str()); });
    coir::yield();

    coir::future<int> nobodys;
    {
      const coir::promise<int> dropped;
      nobodys = dropped.get_future();
    }
    try {
      nobodys.get();
    } catch (const coir::broken_promise&) {
      std::puts("a promise was broken");
    }
    return 0;
  });
}
