// What came along with the switch that starts a fiber was looked at only after its arguments had been moved: code
// run by that move, which switched or threw, got it instead.
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using start_value = support::nothing_left;
using coir::fiber;
using support::counted;

// Runs `when_moved` in the move that takes it out of its sender.
struct hooked {
  hooked(int n, std::function<void()> hook) : value(n), when_moved(std::move(hook)) {}
  hooked(const hooked&) = default;
  hooked(hooked&& other) : value(std::move(other.value)) {
    if (const auto run = std::exchange(other.when_moved, {})) run();
  }
  counted value;
  std::function<void()> when_moved;
};

TEST_F(start_value, that_throws_when_it_is_moved_out_of_a_result_lets_the_result_go) {
  const fiber parent([](hooked) { ADD_FAILURE() << "began"; });
  const fiber child([] {
    const hooked result(1, [] { throw std::runtime_error("moved"); });
    return result;
  });
  child.set_parent(parent);
  EXPECT_THROW(child.switch_to(), std::runtime_error);
  EXPECT_TRUE(parent.is_dead());
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(start_value, that_switches_when_it_is_moved_out_of_a_result_keeps_the_result_until_then) {
  const fiber main = fiber::current();
  int got = 0;
  const fiber parent([&](hooked h) { got = h.value.value(); });
  const fiber child([&] {
    const hooked result(7, [&] { main.switch_to(); });
    return result;
  });
  child.set_parent(parent);
  child.switch_to();
  EXPECT_TRUE(child.is_dead());
  EXPECT_TRUE(parent);
  EXPECT_EQ(counted::live(), 2) << "the result, and what is being made of it";
  parent.switch_to();
  EXPECT_EQ(got, 7);
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(start_value, that_switches_when_it_is_moved_is_traced_as_it_went) {
  const fiber main = fiber::current();
  main.set_name("main");
  std::vector<std::string> seen;
  coir::set_tracer([&](coir::trace_event, const fiber& from, const fiber& to) {
    seen.push_back(std::string(from.name()) + ">" + std::string(to.name()));
  });
  const fiber f({.name = "f"}, [](hooked) {});
  const hooked value(1, [&] { main.switch_to(); });
  f.switch_to(value);
  f.switch_to();
  coir::set_tracer({});
  main.set_name("");
  // The tracer hears of the start when the value has arrived, as of any switch.
  EXPECT_EQ(seen, (std::vector<std::string>{"f>main", "main>f", "main>f", "f>main"}));
}

}  // namespace
