// test/support/descriptor_famine.hpp - a process that has no descriptor left
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstddef>
#include <system_error>
#include <vector>

#include <coir/base/unique_fd.hpp>
#include <coir/run/run.hpp>

namespace support {

/// While it lives no descriptor can be had: the limit is low, and what it leaves is taken.
class descriptor_famine {
 public:
  descriptor_famine() {
    coir::run([] {});  // which raises the limit once per process, and so not later
    // UBSan looks at the first object of a type by way of a pipe.
    try {
      throw std::system_error(EMFILE, std::system_category(), "a test");
    } catch (const std::system_error& e) {
      EXPECT_TRUE(e.code());
    }
    ::getrlimit(RLIMIT_NOFILE, &before_);
    coir::unique_fd highest(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit low = before_;
    low.rlim_cur = static_cast<rlim_t>(highest.get()) + 64;
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    for (int fd; (fd = ::fcntl(highest.get(), F_DUPFD_CLOEXEC, 0)) >= 0;) taken_.emplace_back(fd);
    taken_.push_back(std::move(highest));
  }
  descriptor_famine(const descriptor_famine&) = delete;
  descriptor_famine& operator=(const descriptor_famine&) = delete;
  ~descriptor_famine() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  /// Lets `count` descriptors be had.
  void spare(std::size_t count) { taken_.resize(taken_.size() - count); }

 private:
  rlimit before_{};
  std::vector<coir::unique_fd> taken_;
};

}  // namespace support
