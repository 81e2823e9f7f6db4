// echo/server.hpp - what every echo server does besides echoing
//
// A server binds a free port of 127.0.0.1, prints "PORT n" and serves until its standard input closes. So it ends with
// the process that started it, however that one ended.
#pragma once

namespace bench::echo {

/// Lets the kernel end this process when standard input closes: no contender pays for watching it.
void end_with_stdin();

/// Prints "PORT n".
void announce(int port);

/// A listening socket on a free port of 127.0.0.1, already announced. `flags` as in accept4.
int listen_on_loopback(int flags);

/// Sends each message at once instead of waiting for more.
void set_no_delay(int socket);

}  // namespace bench::echo
