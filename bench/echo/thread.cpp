// A thread per connection and blocking calls.

#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <thread>

#include "echo/server.hpp"
#include "echo/workload.hpp"

namespace {

bool send_all(int connection, const std::byte* data, std::size_t size) {
  while (size != 0) {
    const ssize_t n = send(connection, data, size, MSG_NOSIGNAL);
    if (n < 0) return false;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

void serve(int connection) {
  bench::echo::set_no_delay(connection);
  std::byte buffer[bench::echo::buffer_size];
  for (ssize_t n; (n = read(connection, buffer, sizeof buffer)) > 0;)
    if (!send_all(connection, buffer, static_cast<std::size_t>(n))) break;
  close(connection);
}

}  // namespace

int main() {
  bench::echo::end_with_stdin();
  const int listener = bench::echo::listen_on_loopback(0);
  for (;;) {
    const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) std::thread(serve, connection).detach();
  }
}
