#include "system.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace coir::detail {

unique_fd take_descriptor(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
    throw std::system_error(last_error(), "cannot take over descriptor " + std::to_string(fd));
  return unique_fd(fd);
}

endpoint name_of(int fd, name_call* call, const char* what) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (call(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) throw_if(last_error(), what);
  return {reinterpret_cast<const sockaddr*>(&address), size};
}

endpoint peer_of(int fd) noexcept {
  try {
    return name_of(fd, ::getpeername, "");
  } catch (const std::system_error&) {
    return {};
  }
}

endpoint own_name_of(int fd) noexcept {
  try {
    return name_of(fd, ::getsockname, "");
  } catch (const std::system_error&) {
    return {};
  }
}

void set_no_delay(int fd) noexcept {
  // A socket that is not TCP's refuses: harmless.
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace coir::detail
