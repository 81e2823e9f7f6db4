#include <mutex>

#include <sys/resource.h>

#include <coir/run/run.hpp>

namespace coir::detail {

void raise_descriptor_limit() noexcept {
  static std::once_flag once;
  std::call_once(once, [] {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    // A refusal leaves the old limit: then there are fewer descriptors, and running out says so.
    ::setrlimit(RLIMIT_NOFILE, &limit);
  });
}

}  // namespace coir::detail
