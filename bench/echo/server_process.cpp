#include "echo/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "harness/check.hpp"
#include "harness/processors.hpp"

namespace bench::echo {
namespace {

struct pipe_ends {
  int read;
  int write;
};

pipe_ends make_pipe() {
  int ends[2];
  check_call(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
  return {ends[0], ends[1]};
}

[[noreturn]] void run(const std::string& path, int input, int output) {
  pin_to(measured_processor());
  check_call(dup2(input, STDIN_FILENO) == STDIN_FILENO && dup2(output, STDOUT_FILENO) == STDOUT_FILENO, "dup2");
  execl(path.c_str(), path.c_str(), nullptr);
  std::perror(path.c_str());
  _exit(127);
}

int read_port(int output) {
  std::string line;
  while (line.find('\n') == std::string::npos) {
    pollfd readable{output, POLLIN, 0};
    check(poll(&readable, 1, 5000) == 1, "a server that prints its port within 5 s");
    char part[64];
    const ssize_t n = read(output, part, sizeof part);
    check(n > 0, "a server that prints its port");
    line.append(part, static_cast<std::size_t>(n));
  }
  int port = 0;
  check(std::sscanf(line.c_str(), "PORT %d", &port) == 1, "a line PORT n");
  return port;
}

}  // namespace

server_process::server_process(const std::string& program) {
  const auto path = std::filesystem::read_symlink("/proc/self/exe").replace_filename(program).string();
  const pipe_ends input = make_pipe();
  const pipe_ends output = make_pipe();
  pid_ = fork();
  check_call(pid_ >= 0, "fork");
  if (pid_ == 0) run(path, input.read, output.write);
  close(input.read);
  close(output.write);
  keep_alive_ = input.write;
  port_ = read_port(output.read);
  close(output.read);
}

server_process::~server_process() {
  close(keep_alive_);
  waitpid(pid_, nullptr, 0);
}

double server_process::cpu_seconds() const {
  clockid_t clock;
  check(clock_getcpuclockid(pid_, &clock) == 0, "a CPU clock of the server");
  timespec used;
  check_call(clock_gettime(clock, &used) == 0, "clock_gettime");
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

}  // namespace bench::echo
