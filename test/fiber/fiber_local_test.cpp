// Values of which each fiber has its own.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using fiber_locals = support::nothing_left;
using support::counted;
using support::to_parent;

TEST_F(fiber_locals, differ_from_fiber_to_fiber) {
  coir::fiber_local<int> n(7);
  const auto body = [&](int mine) {
    EXPECT_EQ(*n, 7);
    *n = mine;
    to_parent();
    EXPECT_EQ(*n, mine);
  };
  *n = 1;
  const coir::fiber a(body);
  const coir::fiber b(body);
  a.switch_to(2);
  b.switch_to(3);
  EXPECT_EQ(*n, 1);
  a.switch_to();
  b.switch_to();
  EXPECT_EQ(*n, 1);
  n.reset();
}

TEST_F(fiber_locals, are_made_on_first_use_and_by_the_factory) {
  int made = 0;
  coir::fiber_local<std::string> s([&] { return "value " + std::to_string(++made); });
  EXPECT_FALSE(s.has_value());
  EXPECT_EQ(made, 0);
  EXPECT_EQ(*s, "value 1");
  EXPECT_TRUE(s.has_value());
  EXPECT_EQ(s->size(), 7U);
  coir::fiber([&] {
    EXPECT_FALSE(s.has_value());
    EXPECT_EQ(*s, "value 2");
  }).switch_to();
  EXPECT_EQ(made, 2);
  s.reset();
  EXPECT_FALSE(s.has_value());
  EXPECT_EQ(*s, "value 3");
  s.reset();
}

TEST_F(fiber_locals, may_be_values_that_do_not_move) {
  struct pinned {
    pinned() = default;
    pinned(const pinned&) = delete;
    pinned& operator=(const pinned&) = delete;
    int n = 5;
  };
  coir::fiber_local<pinned> p;
  EXPECT_EQ(p->n, 5);
  p.reset();
}

TEST_F(fiber_locals, are_destroyed_when_the_body_has_ended_and_in_its_fiber) {
  struct probe {
    coir::fiber* of = nullptr;
    bool* right = nullptr;
    probe() = default;
    probe(const probe&) = default;
    probe& operator=(const probe&) = default;
    ~probe() {
      if (of) *right = *of == coir::fiber::current();
    }
  };
  coir::fiber_local<probe> p;
  bool right = false;
  bool body_left = false;
  coir::fiber f;
  f = coir::fiber([&] {
    p->of = &f;
    p->right = &right;
    to_parent();
    body_left = true;
  });
  f.switch_to();
  EXPECT_FALSE(right);
  f.switch_to();
  EXPECT_TRUE(body_left);
  EXPECT_TRUE(right);
}

TEST_F(fiber_locals, are_destroyed_by_a_drop_an_error_and_a_threads_end) {
  coir::fiber_local<counted> c;
  coir::fiber dropped([&] {
    static_cast<void>(*c);
    to_parent();
  });
  dropped.switch_to();
  EXPECT_EQ(counted::live(), 1);
  dropped = coir::fiber();
  EXPECT_EQ(counted::live(), 0);
  EXPECT_THROW(coir::fiber([&] {
                 static_cast<void>(*c);
                 throw std::runtime_error("x");
               }).switch_to(),
               std::runtime_error);
  EXPECT_EQ(counted::live(), 0);
  std::thread([&] {
    static_cast<void>(*c);
    EXPECT_EQ(counted::live(), 1);
  }).join();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(fiber_locals, may_use_each_other_while_they_are_destroyed) {
  static coir::fiber_local<counted>* later = nullptr;
  struct uses {
    bool armed = false;
    ~uses() {
      if (armed) static_cast<void>(**later);
    }
  };
  coir::fiber_local<counted> one;
  coir::fiber_local<uses> two;
  later = &one;
  coir::fiber([&] {
    static_cast<void>(*one);
    two->armed = true;
  }).switch_to();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(fiber_locals, outlive_their_key_without_being_taken_for_anothers) {
  auto key = std::make_unique<coir::fiber_local<counted>>(counted(1));
  std::unique_ptr<coir::fiber_local<int>> next;
  const coir::fiber f([&] {
    EXPECT_EQ((**key).value(), 1);
    to_parent();
    EXPECT_FALSE(next->has_value()) << "in the place that the other key had";
    **next = 4;
    EXPECT_EQ(**next, 4);
  });
  f.switch_to();
  key.reset();
  EXPECT_EQ(counted::live(), 1) << "the fiber's; the key's own initial value is gone";
  next = std::make_unique<coir::fiber_local<int>>();
  f.switch_to();
  EXPECT_EQ(counted::live(), 0);
}

TEST_F(fiber_locals, whose_making_throws_are_tried_again) {
  int tries = 0;
  coir::fiber_local<int> n([&] {
    if (++tries == 1) throw std::runtime_error("not yet");
    return 3;
  });
  EXPECT_THROW(static_cast<void>(*n), std::runtime_error);
  EXPECT_FALSE(n.has_value());
  EXPECT_EQ(*n, 3);
  n.reset();
}

TEST_F(fiber_locals, of_many_fibers_and_keys_stay_apart) {
  std::vector<std::unique_ptr<coir::fiber_local<int>>> keys;
  for (int k = 0; k < 50; ++k) keys.push_back(std::make_unique<coir::fiber_local<int>>(0));
  std::vector<coir::fiber> fibers;
  for (int i = 0; i < 50; ++i) {
    fibers.emplace_back([&keys, i] {
      for (std::size_t k = 0; k < keys.size(); ++k) **keys[k] = i * 100 + static_cast<int>(k);
      to_parent();
      for (std::size_t k = 0; k < keys.size(); ++k) EXPECT_EQ(**keys[k], i * 100 + static_cast<int>(k));
    });
    fibers.back().switch_to();
  }
  for (auto& f : fibers) f.switch_to();
}

TEST_F(fiber_locals, user_pointers_belong_to_their_fiber) {
  int a = 0;
  const coir::fiber f([] {});
  EXPECT_EQ(f.user_pointer(), nullptr);
  f.set_user_pointer(&a);
  EXPECT_EQ(f.user_pointer(), &a);
  EXPECT_EQ(coir::fiber::current().user_pointer(), nullptr);
  f.switch_to();
  EXPECT_EQ(f.user_pointer(), &a) << "of a dead one too";
  EXPECT_EQ(coir::fiber().user_pointer(), nullptr);
  EXPECT_THROW(coir::fiber().set_user_pointer(&a), std::invalid_argument);
}

}  // namespace
