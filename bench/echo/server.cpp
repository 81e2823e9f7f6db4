#include "echo/server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "harness/check.hpp"

namespace bench::echo {

void end_with_stdin() {
  // SIGIO, which ends a process by default, is raised when the other end of the pipe is closed: pipe(7), fcntl(2).
  check_call(fcntl(STDIN_FILENO, F_SETOWN, getpid()) == 0, "fcntl F_SETOWN");
  check_call(fcntl(STDIN_FILENO, F_SETFL, O_ASYNC) == 0, "fcntl F_SETFL");
  // A change before O_ASYNC was set raised nothing.
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, 0) > 0) std::exit(0);
}

void announce(int port) {
  std::printf("PORT %d\n", port);
  std::fflush(stdout);
}

int listen_on_loopback(int flags) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  check_call(listener >= 0, "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check_call(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  check_call(listen(listener, SOMAXCONN) == 0, "listen");
  check_call(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  announce(ntohs(address.sin_port));
  return listener;
}

void set_no_delay(int socket) {
  const int on = 1;
  check_call(setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "setsockopt TCP_NODELAY");
}

}  // namespace bench::echo
