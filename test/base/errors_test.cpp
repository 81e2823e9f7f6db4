#include <gtest/gtest.h>

#include <coir/base/cancelled.hpp>
#include <coir/base/closed.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace {

TEST(cancelled, carries_its_reason) {
  EXPECT_EQ(coir::cancelled("shutting down").reason(), "shutting down");
  EXPECT_EQ(coir::cancelled().reason(), "");
  const coir::cancelled copy = coir::cancelled("twice");
  EXPECT_EQ(copy.reason(), "twice");
}

TEST(cancelled, passes_through_a_handler_for_exceptions) {
  static_assert(!std::is_base_of_v<std::exception, coir::cancelled>);
  EXPECT_THROW(
      {
        try {
          throw coir::cancelled("x");
        } catch (const std::exception&) {
        }
      },
      coir::cancelled);
}

TEST(closed, is_a_runtime_error_with_its_text) {
  static_assert(std::is_base_of_v<std::runtime_error, coir::closed>);
  EXPECT_STREQ(coir::closed("the queue is closed").what(), "the queue is closed");
}

}  // namespace
