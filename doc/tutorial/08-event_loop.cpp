// An event loop of one's own: what is ready stands in a queue, and a task is a generator of what it waits for.
#include <cstdio>
#include <deque>
#include <functional>
#include <utility>

#include <coir/fiber.hpp>

std::deque<std::function<void()>> ready;

void run() {
  for (; !ready.empty(); ready.pop_front()) ready.front()();
}

struct future {
  std::function<void()> on_done;
  void set() { ready.push_back(on_done); }
};

struct task {
  coir::generator<future&> body;

  explicit task(coir::generator<future&> b) : body(std::move(b)) { wakeup(); }
  void wakeup() {
    ready.push_back([this] { step(); });
  }
  void step() {
    if (auto waits_for = body.next()) waits_for->on_done = [this] { wakeup(); };
  }
};

coir::generator<future&> count(const char* name) {
  return [name](auto& y) {
    for (int i = 1; i <= 3; ++i) {
      std::printf("%s %d\n", name, i);
      future pause;
      ready.push_back([&] { pause.set(); });
      y(pause);
    }
  };
}

int main() {
  task a(count("A"));
  task b(count("B"));
  run();
}
