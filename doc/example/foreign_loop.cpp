// coir inside of a loop that is not its own: here poll(2), in place of a toolkit's or a game's.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include <poll.h>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

int milliseconds_until(coir::deadline until) {
  if (until == coir::never) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - coir::now());
  return static_cast<int>(std::clamp<long long>(left.count(), 0, 1'000'000));
}

int main() {
  coir::loop guest;
  const auto lines = coir::spawn([] {
    for (int i = 1; i <= 3; ++i) {
      coir::sleep_for(5ms);
      std::printf("fiber: %d\n", i);
    }
    return 3;
  });

  while (!lines.is_done()) {
    pollfd watched[] = {{guest.native_handle(), POLLIN, 0} /*, the host's own descriptors */};
    ::poll(watched, 1, milliseconds_until(guest.next_deadline()));
    // ... the host serves its own, then its guest:
    guest.poll_once();
  }
  std::printf("host: %d lines\n", lines.get());  // waiting would be fine here, too
}
