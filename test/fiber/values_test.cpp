// What travels with a switch: none, one, several; moved, never copied; decayed.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using switching = support::nothing_left;
using support::counted;
using support::to_parent;

TEST_F(switching, carries_nothing) {
  int rounds = 0;
  coir::fiber f([&] {
    for (;;) {
      ++rounds;
      to_parent();
    }
  });
  f.switch_to();
  f.switch_to();
  EXPECT_EQ(rounds, 2);
}

TEST_F(switching, carries_one_value_each_way) {
  coir::fiber f([](int n) {
    for (;;) n = to_parent<int>(std::to_string(n));
  });
  EXPECT_EQ(f.switch_to<std::string>(1), "1");
  EXPECT_EQ(f.switch_to<std::string>(22), "22");
}

TEST_F(switching, carries_several_values_as_the_parameters_of_the_body) {
  coir::fiber f([](int a, std::string b, double c, char d, std::vector<int> e) {
    return std::to_string(a) + b + std::to_string(static_cast<int>(c)) + d + std::to_string(e.size());
  });
  EXPECT_EQ(f.switch_to<std::string>(1, std::string("x"), 2.0, 'y', std::vector<int>(3)), "1x2y3");
}

TEST_F(switching, carries_several_values_as_one_tuple_later) {
  using triple = std::tuple<int, std::string, char>;
  coir::fiber f([] {
    auto [a, b, c] = to_parent<triple>();
    return std::to_string(a) + b + c;
  });
  f.switch_to();
  EXPECT_EQ(f.switch_to<std::string>(1, std::string("x"), 'y'), "1xy");
}

TEST_F(switching, takes_a_tuple_for_several_parameters) {
  coir::fiber f([](int a, int b) { return a - b; });
  EXPECT_EQ(f.switch_to<int>(std::tuple(7, 5)), 2);
}

TEST_F(switching, hands_a_tuple_to_a_single_tuple_parameter) {
  coir::fiber f([](std::tuple<int, int> both) { return std::get<0>(both) - std::get<1>(both); });
  EXPECT_EQ(f.switch_to<int>(7, 5), 2);
}

TEST_F(switching, hands_values_over_without_copying) {
  const int copies = counted::copies();
  coir::fiber f([](counted c) {
    for (;;) c = to_parent<counted>(std::move(c));
  });
  EXPECT_EQ(f.switch_to<counted>(counted(1)).value(), 1);
  EXPECT_EQ(f.switch_to<counted>(counted(2)).value(), 2);
  auto [a, b] = coir::fiber([](counted x, counted y) {
                  return std::tuple<counted, counted>(std::move(y), std::move(x));
                }).switch_to<std::tuple<counted, counted>>(counted(3), counted(4));
  EXPECT_EQ(a.value(), 4);
  EXPECT_EQ(b.value(), 3);
  EXPECT_EQ(counted::copies(), copies);
}

TEST_F(switching, moves_what_cannot_be_copied) {
  coir::fiber f([](std::unique_ptr<int> p, std::unique_ptr<int> q) {
    std::unique_ptr<int> r = to_parent<std::unique_ptr<int>>(std::make_unique<int>(*p + *q));
    return std::make_unique<int>(*r + 1);
  });
  EXPECT_EQ(*f.switch_to<std::unique_ptr<int>>(std::make_unique<int>(1), std::make_unique<int>(2)), 3);
  EXPECT_EQ(*f.switch_to<std::unique_ptr<int>>(std::make_unique<int>(9)), 10);
}

TEST_F(switching, leaves_lvalues_alone) {
  coir::fiber f([](std::string s, counted c) { return s + std::to_string(c.value()); });
  std::string s = "a string too long for the small buffer";
  counted c(5);
  EXPECT_EQ(f.switch_to<std::string>(s, c), s + "5");
  EXPECT_EQ(s, "a string too long for the small buffer");
  EXPECT_EQ(c.value(), 5);
}

TEST_F(switching, leaves_constants_alone) {
  const std::string s = "constant";
  coir::fiber f([](std::string got) {
    got += "!";
    return got;
  });
  EXPECT_EQ(f.switch_to<std::string>(s), "constant!");
  EXPECT_EQ(s, "constant");
}

int twice(int n) { return 2 * n; }

TEST_F(switching, decays_arrays_and_functions) {
  coir::fiber f([](const char* text, int (*function)(int)) { return std::string(text) + std::to_string(function(4)); });
  EXPECT_EQ(f.switch_to<std::string>("eight: ", twice), "eight: 8");
}

TEST_F(switching, binds_parameters_as_the_body_declares_them) {
  coir::fiber f([](const std::string& a, std::string&& b, int& c) {
    ++c;
    return a + std::move(b) + std::to_string(c);
  });
  int c = 1;
  EXPECT_EQ(f.switch_to<std::string>(std::string("a"), std::string("b"), c), "ab2");
  EXPECT_EQ(c, 1) << "the parameter is bound to what travelled, not to the sender's variable";
}

TEST_F(switching, keeps_reference_parameters_alive_while_the_body_runs) {
  coir::fiber f([](const std::string& s, const counted& c) {
    for (;;) to_parent(s + std::to_string(c.value()));
  });
  EXPECT_EQ(f.switch_to<std::string>(std::string("a string too long for the small buffer"), counted(1)),
            "a string too long for the small buffer1");
  std::array<char, 4096> noise{};
  noise.fill('x');
  EXPECT_EQ(f.switch_to<std::string>(), "a string too long for the small buffer1") << noise[0];
}

TEST_F(switching, keeps_a_single_reference_parameter_alive_too) {
  coir::fiber f([](const std::string& s) {
    to_parent();
    return s;
  });
  f.switch_to(std::string("a string too long for the small buffer"));
  EXPECT_EQ(f.switch_to<std::string>(), "a string too long for the small buffer");
}

TEST_F(switching, carries_a_reference_wrapper_to_the_senders_variable) {
  coir::fiber f([](std::reference_wrapper<int> n) { ++n.get(); });
  int n = 1;
  f.switch_to(std::ref(n));
  EXPECT_EQ(n, 2);
}

TEST_F(switching, discards_what_a_void_side_is_handed) {
  coir::fiber f([] {
    to_parent(counted(1));
    to_parent(counted(2));
    return counted(3);
  });
  f.switch_to();
  f.switch_to(counted(4));
  f.switch_to(1, std::string("x"));
  EXPECT_TRUE(f.is_dead());
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(switching, to_the_current_fiber_returns_the_values_at_once) {
  const coir::fiber& me = coir::fiber::current();
  me.switch_to();
  EXPECT_EQ(me.switch_to<int>(7), 7);
  EXPECT_EQ((me.switch_to<std::tuple<int, char>>(7, 'x')), (std::tuple(7, 'x')));
  EXPECT_EQ(*me.switch_to<std::unique_ptr<int>>(std::make_unique<int>(3)), 3);
  coir::fiber f([] { return coir::fiber::current().switch_to<int>(8); });
  EXPECT_EQ(f.switch_to<int>(), 8);
}

TEST_F(switching, carries_large_and_overaligned_values) {
  struct alignas(64) block {
    std::array<int, 4096> numbers{};
  };
  coir::fiber f([](const block& first) {
    block b = first;
    for (;;) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&b) % 64, 0U);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&first) % 64, 0U);
      b.numbers[4095] += b.numbers[0];
      b = to_parent<block>(std::move(b));
    }
  });
  block b;
  b.numbers[0] = 5;
  EXPECT_EQ(f.switch_to<block>(b).numbers[4095], 5);
  b.numbers[4095] = 2;
  EXPECT_EQ(f.switch_to<block>(b).numbers[4095], 7);
}

TEST_F(switching, hands_values_between_siblings) {
  std::vector<int> seen;
  coir::fiber a, b;
  b = coir::fiber([&](int n) {
    while (n < 5) {
      seen.push_back(n);
      n = a.switch_to<int>(n + 1);
    }
    return n;
  });
  a = coir::fiber([&](int n) {
    for (;;) {
      seen.push_back(-n);
      n = b.switch_to<int>(n + 1);
    }
  });
  EXPECT_EQ(a.switch_to<int>(0), 5);
  EXPECT_EQ(seen, (std::vector{0, 1, -2, 3, -4}));
}

TEST_F(switching, leaves_reference_counts_as_they_were) {
  auto shared = std::make_shared<int>(1);
  coir::fiber f([](std::shared_ptr<int> p) {
    for (;;) p = to_parent<std::shared_ptr<int>>(p);
  });
  for (int i = 0; i < 100; ++i) f.switch_to<std::shared_ptr<int>>(shared);
  EXPECT_EQ(shared.use_count(), 2) << "ours and the body's";
  f = coir::fiber();
  EXPECT_EQ(shared.use_count(), 1);
}

}  // namespace
