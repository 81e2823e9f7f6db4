#include <coir/base/unhandled.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "unhandled_trap.hpp"

namespace {

using coir::detail::report_unhandled;

void ignore(const coir::unhandled_error&) noexcept {}

TEST(unhandled_hook, setting_returns_the_one_before) {
  const auto standard = coir::set_unhandled_hook(&ignore);
  EXPECT_NE(standard, &ignore);
  EXPECT_EQ(coir::set_unhandled_hook(standard), &ignore);
}

TEST(unhandled_hook, receives_error_origin_and_place) {
  support::unhandled_trap trap;
  report_unhandled({std::make_exception_ptr(std::runtime_error("no route")), "task 'reader'", "main.cpp:7"});
  const auto reports = trap.take();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].text(), "no route");
  EXPECT_EQ(reports[0].origin, "task 'reader'");
  EXPECT_EQ(reports[0].where, "main.cpp:7");
}

std::string printed(const coir::unhandled_error& error) {
  testing::internal::CaptureStderr();
  report_unhandled(error);
  return testing::internal::GetCapturedStderr();
}

TEST(unhandled_hook, prints_one_line_when_there_is_none) {
  const std::string line =
      printed({std::make_exception_ptr(std::runtime_error("no route")), "task 'reader'", "main.cpp:7"});
  EXPECT_NE(line.find("no route"), std::string::npos) << line;
  EXPECT_NE(line.find("runtime_error"), std::string::npos) << line;
  EXPECT_NE(line.find("task 'reader'"), std::string::npos) << line;
  EXPECT_NE(line.find("main.cpp:7"), std::string::npos) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  EXPECT_EQ(line.back(), '\n');
}

TEST(unhandled_hook, prints_again_after_null_was_set) {
  const auto before = coir::set_unhandled_hook(&ignore);
  EXPECT_EQ(printed({std::make_exception_ptr(std::runtime_error("quiet")), "x", ""}), "");
  coir::set_unhandled_hook(nullptr);
  EXPECT_NE(printed({std::make_exception_ptr(std::runtime_error("loud")), "x", ""}).find("loud"), std::string::npos);
  coir::set_unhandled_hook(before);
}

std::string description(const std::exception_ptr& error, std::size_t size = 200) {
  std::string buffer(size, '#');
  return std::string(coir::detail::describe(error, buffer.data(), buffer.size()));
}

struct odd_type {};

TEST(describing_an_error, gives_type_and_text) {
  EXPECT_EQ(description(std::make_exception_ptr(std::runtime_error("no route"))), "std::runtime_error: no route");
}

TEST(describing_an_error, gives_the_type_when_there_is_no_text) {
  EXPECT_NE(description(std::make_exception_ptr(odd_type{})).find("odd_type"), std::string::npos);
  EXPECT_NE(description(std::make_exception_ptr(7)).find("int"), std::string::npos);
}

TEST(describing_an_error, keeps_within_the_buffer) {
  const std::string long_text(1000, 'x');
  const std::string text = description(std::make_exception_ptr(std::runtime_error(long_text)), 40);
  EXPECT_LE(text.size(), 40U);
  EXPECT_EQ(text.rfind("std::runtime_error", 0), 0U) << text;
}

}  // namespace
