#include <coir/base/unique_fd.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <type_traits>
#include <utility>

#include "nothing_left.hpp"

namespace {

using unique_fd = support::nothing_left;

int opened() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST_F(unique_fd, is_empty_at_first) {
  const coir::unique_fd fd;
  EXPECT_FALSE(fd);
  EXPECT_EQ(fd.get(), -1);
}

TEST_F(unique_fd, counts_zero_as_a_descriptor) {
  coir::unique_fd fd(0);
  EXPECT_TRUE(fd);
  EXPECT_EQ(fd.release(), 0);
}

TEST_F(unique_fd, closes_what_it_owns) {
  const int number = opened();
  {
    const coir::unique_fd fd(number);
    EXPECT_TRUE(fd);
    EXPECT_EQ(fd.get(), number);
  }
  EXPECT_FALSE(is_open(number));
}

TEST_F(unique_fd, gives_away_without_closing) {
  coir::unique_fd fd(opened());
  const int number = fd.release();
  EXPECT_FALSE(fd);
  EXPECT_TRUE(is_open(number));
  ::close(number);
}

TEST_F(unique_fd, moves_and_does_not_copy) {
  static_assert(!std::is_copy_constructible_v<coir::unique_fd> && !std::is_copy_assignable_v<coir::unique_fd>);
  coir::unique_fd a(opened());
  const int number = a.get();
  coir::unique_fd b(std::move(a));
  EXPECT_EQ(b.get(), number);
  EXPECT_EQ(a.get(), -1);
}

TEST_F(unique_fd, closes_the_old_one_when_assigned) {
  coir::unique_fd a(opened());
  coir::unique_fd b(opened());
  const int first = a.get();
  const int second = b.get();
  a = std::move(b);
  EXPECT_FALSE(is_open(first));
  EXPECT_TRUE(is_open(second));
  EXPECT_EQ(a.get(), second);
}

TEST_F(unique_fd, survives_assignment_to_itself) {
  coir::unique_fd a(opened());
  auto& same = a;
  a = std::move(same);
  EXPECT_TRUE(is_open(a.get()));
}

TEST_F(unique_fd, reset_closes_and_takes_the_next) {
  coir::unique_fd a(opened());
  const int first = a.get();
  const int second = opened();
  a.reset(second);
  EXPECT_FALSE(is_open(first));
  EXPECT_EQ(a.get(), second);
  a.reset();
  EXPECT_FALSE(a);
  EXPECT_FALSE(is_open(second));
}

}  // namespace
