// What may be a body, and how long it lives.
#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using bodies = support::nothing_left;
using support::counted;
using support::to_parent;

int half(int n) { return n / 2; }
int third(int n) noexcept { return n / 3; }

struct functor {
  int factor;
  int operator()(int n) { return factor++ * n; }
};
struct overloaded {
  int operator()() const { return 0; }
  int operator()(int) const { return 1; }
};

TEST_F(bodies, are_functions_and_pointers_to_them) {
  EXPECT_EQ(coir::fiber(half).switch_to<int>(8), 4);
  EXPECT_EQ(coir::fiber(&half).switch_to<int>(6), 3);
  EXPECT_EQ(coir::fiber(third).switch_to<int>(9), 3);
}

TEST_F(bodies, are_lambdas_of_every_kind) {
  EXPECT_EQ(coir::fiber([](int n) { return n; }).switch_to<int>(1), 1);
  EXPECT_EQ(coir::fiber([](int n) noexcept { return n; }).switch_to<int>(2), 2);
  EXPECT_EQ(coir::fiber([m = 1](int n) mutable { return m += n; }).switch_to<int>(3), 4);
  EXPECT_EQ(coir::fiber([p = std::make_unique<int>(5)](int n) { return *p + n; }).switch_to<int>(1), 6);
}

TEST_F(bodies, are_function_objects) {
  EXPECT_EQ(coir::fiber(functor{3}).switch_to<int>(5), 15);
  EXPECT_EQ(coir::fiber(std::function<int(int)>(half)).switch_to<int>(8), 4);
}

TEST_F(bodies, that_are_generic_or_overloaded_are_called_with_nothing) {
  EXPECT_EQ(coir::fiber(overloaded{}).switch_to<int>(), 0);
  EXPECT_EQ(coir::fiber([](auto... values) { return static_cast<int>(sizeof...(values)); }).switch_to<int>(), 0);
}

TEST_F(bodies, that_are_lvalues_are_copied) {
  functor original{3};
  EXPECT_EQ(coir::fiber(original).switch_to<int>(5), 15);
  EXPECT_EQ(original.factor, 3);
}

TEST_F(bodies, are_moved_in_when_they_are_temporaries) {
  const int copies = counted::copies();
  EXPECT_EQ(coir::fiber([c = counted(4)] { return c.value(); }).switch_to<int>(), 4);
  EXPECT_EQ(counted::copies(), copies);
}

TEST_F(bodies, live_until_the_end_and_no_longer) {
  coir::fiber f([c = counted(4)] { to_parent(c.value()); });
  EXPECT_EQ(counted::live(), 1);
  EXPECT_EQ(f.switch_to<int>(), 4);
  EXPECT_EQ(counted::live(), 1);
  f.switch_to();
  ASSERT_TRUE(f.is_dead());
  EXPECT_EQ(counted::live(), 0) << "the handle keeps the fiber, not what its body captured";
}

TEST_F(bodies, that_never_run_are_destroyed_with_the_last_handle) {
  bool ran = false;
  {
    coir::fiber f([&ran, c = counted(4)] { ran = true; });
    coir::fiber g = f;
    f = coir::fiber();
    EXPECT_EQ(counted::live(), 1);
  }
  EXPECT_EQ(counted::live(), 0);
  EXPECT_FALSE(ran);
}

TEST_F(bodies, that_capture_their_own_handle_are_released_at_the_end) {
  auto self = std::make_shared<coir::fiber>();
  std::weak_ptr<coir::fiber> watch = self;
  *self = coir::fiber([self, c = counted(1)] { EXPECT_TRUE(*self == coir::fiber::current()); });
  self->switch_to();
  self.reset();
  EXPECT_TRUE(watch.expired());
}

TEST_F(bodies, whose_construction_throws_leave_nothing) {
  struct thrower {
    counted c;
    thrower() = default;
    thrower(const thrower& other) : c(other.c) { throw std::runtime_error("no copy"); }
    void operator()() {}
  };
  const thrower t;
  EXPECT_THROW(coir::fiber{t}, std::runtime_error);
}

TEST_F(bodies, may_be_large) {
  std::array<char, 100'000> data{};
  data[99'999] = 'x';
  coir::fiber f({.stack_size = 1 << 20}, [data] { return data[99'999]; });
  EXPECT_EQ(f.switch_to<char>(), 'x');
  const auto last = [data] { return data[99'999]; };
  EXPECT_THROW(coir::fiber({.stack_size = 1 << 16}, last), std::invalid_argument) << "not on so small a stack";
}

TEST_F(bodies, results_live_until_they_were_taken) {
  coir::fiber f([] { return counted(9); });
  const int copies = counted::copies();
  EXPECT_EQ(f.switch_to<counted>().value(), 9);
  EXPECT_EQ(counted::live(), 0);
  EXPECT_EQ(counted::copies(), copies);
}

TEST_F(bodies, results_decay) {
  static const std::string text = "kept";
  EXPECT_EQ(coir::fiber([]() -> const std::string& { return text; }).switch_to<std::string>(), "kept");
  EXPECT_STREQ(coir::fiber([] { return "literal"; }).switch_to<const char*>(), "literal");
}

TEST_F(bodies, have_their_parameters_destroyed_at_the_end) {
  coir::fiber f([](counted c) { to_parent(c.value()); });
  EXPECT_EQ(f.switch_to<int>(counted(3)), 3);
  EXPECT_GT(counted::live(), 0);
  f.switch_to();
  EXPECT_EQ(counted::live(), 0);
}

}  // namespace
