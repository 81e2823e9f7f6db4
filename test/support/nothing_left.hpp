// test/support/nothing_left.hpp - a fixture that fails a test which leaves something behind
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>

#include "counted.hpp"
#include "unhandled_trap.hpp"

namespace support {

/// After each test there are as many open descriptors and live `counted` objects as before it, and every
/// unhandled error was expected, which is to say taken.
class nothing_left : public testing::Test {
 protected:
  nothing_left() { counted::start_over(); }

  void TearDown() override {
    EXPECT_EQ(descriptors(), descriptors_) << "open descriptors";
    EXPECT_EQ(counted::live(), 0) << "live objects";
    for (const auto& report : unhandled.take()) ADD_FAILURE() << "unhandled: " << report.origin << ": " << report.text();
  }

  unhandled_trap unhandled;

 private:
  static std::ptrdiff_t descriptors() {
    namespace fs = std::filesystem;
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  }

  std::ptrdiff_t descriptors_ = descriptors();
};

}  // namespace support
