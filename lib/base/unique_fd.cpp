#include <coir/base/unique_fd.hpp>

#include <unistd.h>

namespace coir {

void unique_fd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

}  // namespace coir
