// test/support/thrown.hpp - the error that a piece of code ends by
#pragma once

#include <gtest/gtest.h>

#include <exception>
#include <string>
#include <utility>

namespace support {

/// what() of the E that `code` throws; a failure when it throws something else or nothing.
template <class E, class F>
std::string text_of(F&& code) {
  try {
    std::forward<F>(code)();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const E& e) {
    return e.what();
  } catch (const std::exception& e) {
    ADD_FAILURE() << "another error was thrown: " << e.what();
  } catch (...) {
    ADD_FAILURE() << "something that is no std::exception was thrown";
  }
  return {};
}

/// Whether `text` names every one of `parts`; for EXPECT_TRUE.
template <class... S>
testing::AssertionResult names(const std::string& text, const S&... parts) {
  for (const std::string& part : {std::string(parts)...})
    if (text.find(part) == std::string::npos)
      return testing::AssertionFailure() << '"' << text << "\" does not say \"" << part << '"';
  return testing::AssertionSuccess();
}

}  // namespace support
