// echo/server_process.hpp - an echo server in a process of its own
#pragma once

#include <sys/types.h>

#include <string>

namespace bench::echo {

/// Starts a server on the measured processor and ends it again.
class server_process {
 public:
  /// Returns when the server listens. `program` lies beside this program.
  explicit server_process(const std::string& program);
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;
  ~server_process();

  int port() const { return port_; }

  /// The processor time, of user and system, it has used so far.
  double cpu_seconds() const;

 private:
  pid_t pid_ = -1;
  int port_ = 0;
  int keep_alive_ = -1;  // its standard input: closing it ends the server
};

}  // namespace bench::echo
