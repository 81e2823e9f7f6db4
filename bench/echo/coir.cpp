// A task per connection, written the way the README shows it.

#include <coir/coir.hpp>

#include <cstddef>
#include <span>
#include <system_error>
#include <utility>

#include "echo/server.hpp"
#include "echo/workload.hpp"

namespace {

void serve(coir::tcp_stream stream) {
  std::byte buffer[bench::echo::buffer_size];
  try {
    while (const std::size_t n = stream.read_some(buffer)) stream.write_all(std::span(buffer, n));
  } catch (const std::system_error&) {
    // The peer is gone; so is its connection.
  }
}

}  // namespace

int main() {
  bench::echo::end_with_stdin();
  return coir::run([] {
    auto listener = coir::tcp_listener::bind("127.0.0.1:0");
    bench::echo::announce(listener.local_endpoint().port());
    for (;;) coir::spawn([stream = listener.accept()]() mutable { serve(std::move(stream)); });
    return 0;
  });
}
