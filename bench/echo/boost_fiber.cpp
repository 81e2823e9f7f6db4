// A fiber of Boost.Fiber per connection, on pooled stacks, with epoll in the dispatcher.

#include <sys/socket.h>

#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>
#include <boost/fiber/pooled_fixedsize_stack.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <system_error>

#include "echo/server.hpp"
#include "echo/workload.hpp"
#include "harness/stack.hpp"
#include "rival/boost_fiber/epoll_round_robin.hpp"
#include "rival/boost_fiber/tcp_socket.hpp"

namespace {

using namespace bench::boost_fiber;

void serve(poller& events, int connection) {
  bench::echo::set_no_delay(connection);
  tcp_socket stream(events, connection);
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
  poller events;
  boost::fibers::use_scheduling_algorithm<epoll_round_robin>(std::ref(events));
  boost::fibers::pooled_fixedsize_stack stacks(bench::stack_size);
  tcp_socket listener(events, bench::echo::listen_on_loopback(SOCK_NONBLOCK));
  for (;;) {
    const int connection = listener.accept();
    boost::fibers::fiber(std::allocator_arg, stacks, [&events, connection] { serve(events, connection); }).detach();
  }
}
