// A stackless task per connection on the minimal runtime's event loop.

#include <sys/socket.h>

#include <cstddef>
#include <span>
#include <system_error>

#include "echo/server.hpp"
#include "echo/workload.hpp"
#include "rival/coro/event_loop.hpp"
#include "rival/coro/tcp_listener.hpp"
#include "rival/coro/tcp_stream.hpp"

namespace {

using namespace bench::coro;

task<> serve(event_loop& loop, int connection) {
  bench::echo::set_no_delay(connection);
  tcp_stream stream(loop, connection);
  std::byte buffer[bench::echo::buffer_size];
  try {
    while (const std::size_t n = co_await stream.read_some(buffer)) co_await stream.write_all(std::span(buffer, n));
  } catch (const std::system_error&) {
    // The peer is gone; so is its connection.
  }
}

task<> accept_all(event_loop& loop) {
  tcp_listener listener(loop, bench::echo::listen_on_loopback(SOCK_NONBLOCK));
  for (;;) spawn(serve(loop, co_await listener.accept())).detach();
}

}  // namespace

int main() {
  bench::echo::end_with_stdin();
  event_loop loop;
  loop.run(accept_all(loop));
}
