// Context variables: what accompanies a piece of work from fiber to fiber, if it is let.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"
#include "thrown.hpp"

namespace {

class contexts : public support::nothing_left {
 protected:
  ~contexts() override { coir::fiber::current().set_context(coir::context()); }

  coir::context_var<int> number{"number", 0};
  coir::context_var<std::string> word{"word"};
};
using support::counted;
using support::names;
using support::text_of;
using support::to_parent;

TEST_F(contexts, are_empty_in_a_new_fiber) {
  number.set(5);
  coir::fiber([&] {
    EXPECT_EQ(number.get(), 0);
    EXPECT_EQ(coir::context::current().size(), 0U);
    number.set(6);
  }).switch_to();
  EXPECT_EQ(number.get(), 5);
}

TEST_F(contexts, are_inherited_by_a_copy_and_changes_stay_private) {
  number.set(5);
  const coir::fiber f([&] {
    EXPECT_EQ(number.get(), 5);
    number.set(6);
    to_parent();
    EXPECT_EQ(number.get(), 6);
  });
  f.set_context(coir::context::current().copy());
  f.switch_to();
  EXPECT_EQ(number.get(), 5);
  number.set(7);
  f.switch_to();
  EXPECT_EQ(number.get(f.context()) ? *number.get(f.context()) : -1, 6) << "a dead fiber's can be looked at";
}

TEST_F(contexts, are_shared_when_the_handle_is) {
  const coir::context shared;
  std::vector<coir::fiber> fibers;
  for (int i = 0; i < 5; ++i) {
    fibers.emplace_back([&] { number.set(number.get() + 1); });
    fibers.back().set_context(shared);
    fibers.back().switch_to();
  }
  EXPECT_EQ(*number.get(shared), 5);
  EXPECT_EQ(number.get(), 0);
  EXPECT_TRUE(fibers[0].context() == fibers[4].context());
}

TEST_F(contexts, hold_for_a_call_and_are_given_back) {
  number.set(1);
  const coir::context inside;
  EXPECT_EQ(inside.run([&] {
              EXPECT_EQ(number.get(), 0);
              number.set(2);
              return word.get() + "returned";
            }),
            "returned");
  EXPECT_EQ(number.get(), 1);
  EXPECT_EQ(*number.get(inside), 2);
  EXPECT_THROW(inside.run([] { throw std::runtime_error("x"); }), std::runtime_error);
  EXPECT_EQ(number.get(), 1);
}

TEST_F(contexts, entered_in_two_fibers_are_left_in_any_order) {
  const coir::context one;
  const coir::context two;
  const auto body = [&](const coir::context& c, int n) {
    return [&, n] {
      c.run([&] {
        number.set(n);
        to_parent();
        EXPECT_EQ(number.get(), n);
      });
      EXPECT_EQ(number.get(), 0);
    };
  };
  const coir::fiber f(body(one, 1));
  const coir::fiber g(body(two, 2));
  f.switch_to();
  g.switch_to();
  EXPECT_EQ(number.get(), 0);
  f.switch_to();
  g.switch_to();
}

TEST_F(contexts, may_be_replaced_while_the_fiber_runs) {
  number.set(1);
  const coir::context before = coir::fiber::current().context();
  coir::fiber::current().set_context(coir::context());
  EXPECT_EQ(number.get(), 0);
  coir::fiber::current().set_context(before);
  EXPECT_EQ(number.get(), 1);
}

TEST_F(contexts, tokens_undo_a_set) {
  auto first = number.set(1);
  auto second = number.set(2);
  number.reset(second);
  EXPECT_EQ(number.get(), 1);
  number.reset(first);
  EXPECT_EQ(number.get(), 0);
  EXPECT_EQ(number.get(coir::context::current()), nullptr) << "not even the default is set";
  EXPECT_EQ(coir::context::current().size(), 0U);
}

TEST_F(contexts, tokens_are_refused_elsewhere) {
  auto used = number.set(1);
  number.reset(used);
  EXPECT_TRUE(names(text_of<std::logic_error>([&] { number.reset(used); }), "number", "used"));
  coir::context_var<int> other("other");
  EXPECT_TRUE(names(text_of<std::logic_error>([&] { other.reset(number.set(2)); }), "other", "another variable"));
  auto here = number.set(3);
  coir::fiber([&] {
    EXPECT_TRUE(names(text_of<std::logic_error>([&] { number.reset(here); }), "number", "another context"));
  }).switch_to();
  EXPECT_EQ(number.get(), 3);
  number.reset(here);
}

TEST_F(contexts, of_another_threads_fiber_are_out_of_reach_until_it_is_dead) {
  coir::fiber f([] { to_parent(); });
  f.switch_to();
  std::thread([&] {
    EXPECT_TRUE(names(text_of<std::logic_error>([&] { static_cast<void>(f.context()); }), "context"));
    EXPECT_THROW(f.set_context(coir::context()), std::logic_error);
  }).join();
  coir::fiber foreign;
  std::thread([&] {
    foreign = coir::fiber([&] { number.set(9); });
    foreign.switch_to();
  }).join();
  EXPECT_EQ(*number.get(foreign.context()), 9);
  EXPECT_THROW(static_cast<void>(coir::fiber().context()), std::invalid_argument);
}

TEST_F(contexts, values_live_as_long_as_their_context) {
  coir::context_var<std::shared_ptr<counted>> p("p");
  {
    const coir::fiber f([&] { p.set(std::make_shared<counted>(1)); });
    f.switch_to();
    EXPECT_EQ(counted::live(), 1);
  }
  EXPECT_EQ(counted::live(), 0);
  p.set(std::make_shared<counted>(2));
  {
    auto token = p.set(nullptr);
    EXPECT_EQ(counted::live(), 1) << "the token keeps what it would bring back";
    p.reset(token);
    EXPECT_EQ(p.get()->value(), 2);
  }
  p.set(nullptr);
}

TEST_F(contexts, of_a_generator_is_its_steppers) {
  coir::generator<int> numbers([&](auto& y) {
    for (;;) {
      y(number.get());
      number.set(number.get() + 1);
    }
  });
  number.set(5);
  EXPECT_EQ(numbers.next(), 5);
  EXPECT_EQ(numbers.next(), 6);
  EXPECT_EQ(number.get(), 6) << "what it sets is its stepper's";
  const coir::fiber other([&] {
    number.set(70);
    EXPECT_EQ(numbers.next(), 71);
  });
  other.switch_to();
  EXPECT_EQ(*number.get(other.context()), 71);
  EXPECT_EQ(number.get(), 6);
}

TEST_F(contexts, entered_by_a_generator_are_its_own_for_the_time) {
  const coir::context inside;
  coir::generator<int> numbers([&](auto& y) {
    inside.run([&] {
      number.set(1);
      y(number.get());
    });
    y(number.get());
  });
  number.set(5);
  EXPECT_EQ(numbers.next(), 1);
  EXPECT_EQ(number.get(), 5);
  EXPECT_EQ(numbers.next(), 5);
}

TEST_F(contexts, hold_many_variables) {
  std::vector<std::unique_ptr<coir::context_var<int>>> many;
  for (int i = 0; i < 100; ++i) many.push_back(std::make_unique<coir::context_var<int>>(std::to_string(i), -1));
  for (int i = 99; i >= 0; i -= 3) many[static_cast<std::size_t>(i)]->set(i);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(many[static_cast<std::size_t>(i)]->get(), i % 3 == 0 ? i : -1);
  EXPECT_EQ(coir::context::current().size(), 34U);
}

}  // namespace
