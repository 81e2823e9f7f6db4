// greenlet's test_extension_interface.py: fibers behind functions of C, as an extension in another language would
// see them.
#include <cstdint>
#include <type_traits>
#include <vector>

#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_extension = support::nothing_left;

extern "C" {

// Handles cross the border as pointers to themselves, errors as exceptions.
using c_fiber = const void*;
using c_body = int (*)(void* data);

int c_switch(c_fiber f) { return static_cast<const fiber*>(f)->switch_to<int>(); }
int c_switch_pair(c_fiber f, int x, int y) { return static_cast<const fiber*>(f)->switch_to<int>(x, y); }
void c_throw(c_fiber f, const char* text) { static_cast<const fiber*>(f)->throw_to(std::invalid_argument(text)); }
c_fiber c_current() { return &fiber::current(); }
c_fiber c_parent(c_fiber f) { return &static_cast<const fiber*>(f)->parent(); }
void c_set_parent(c_fiber f, c_fiber parent) {
  static_cast<const fiber*>(f)->set_parent(*static_cast<const fiber*>(parent));
}
int c_is_started(c_fiber f) { return static_cast<bool>(*static_cast<const fiber*>(f)); }
c_fiber c_new(c_body body, void* data) { return new fiber([=] { return body(data); }); }
void c_free(c_fiber f) { delete static_cast<const fiber*>(f); }
void c_raise_exit() { throw fiber_exit(); }
void c_raise_error() { throw bad_switch("from C"); }

}  // extern "C"

TEST_F(greenlet_extension, test_switch) {
  const fiber f([] { return 50; });
  EXPECT_EQ(c_switch(&f), 50);
}

TEST_F(greenlet_extension, test_switch_kwargs) {
  const fiber f([](int x, int y) { return x * y; });
  EXPECT_EQ(c_switch_pair(&f, 3, 2), 6);
  const fiber g([](std::string) {});
  EXPECT_TRUE(names(text_of<bad_switch>([&] { c_switch_pair(&g, 3, 2); }), "int", "string"));
}

TEST_F(greenlet_extension, test_setparent) {
  const fiber main = fiber::current();
  const fiber outer([&] {
    const fiber child([] {
      to_parent();
      to_parent(7);  // to where it was put meanwhile
      ADD_FAILURE() << "resumed";
    });
    child.switch_to();
    to_parent(child);
    ADD_FAILURE() << "resumed";
  });
  const fiber child = outer.switch_to<fiber>();
  EXPECT_TRUE(*static_cast<const fiber*>(c_parent(&child)) == outer);
  c_set_parent(&child, c_current());
  EXPECT_EQ(c_switch(&child), 7);
  EXPECT_TRUE(outer) << "still where it was";
}

TEST_F(greenlet_extension, test_getcurrent) {
  EXPECT_EQ(c_current(), &fiber::current());
  EXPECT_TRUE(c_is_started(c_current()));
  EXPECT_FALSE(c_is_started(c_parent(c_current()))) << "empty";
  fiber([] { EXPECT_FALSE(c_is_started(c_parent(c_parent(c_current())))); }).switch_to();
}

TEST_F(greenlet_extension, test_new_greenlet) {
  int factor = -5;
  c_fiber f = c_new([](void* data) { return 3 * *static_cast<int*>(data); }, &factor);
  EXPECT_FALSE(c_is_started(f));
  EXPECT_EQ(c_switch(f), -15);
  EXPECT_FALSE(c_is_started(f));
  c_free(f);
}

TEST_F(greenlet_extension, test_raise_greenlet_dead) {
  EXPECT_THROW(c_raise_exit(), fiber_exit);
  static_assert(!std::is_base_of_v<std::exception, fiber_exit>);
  EXPECT_NO_THROW(fiber(c_raise_exit).switch_to()) << "it ends a fiber without being an error";
}

TEST_F(greenlet_extension, test_raise_greenlet_error) {
  EXPECT_THROW(c_raise_error(), bad_switch);
  EXPECT_THROW(c_raise_error(), std::logic_error);
  EXPECT_EQ(text_of<bad_switch>([] { fiber(c_raise_error).switch_to(); }), "from C");
}

TEST_F(greenlet_extension, test_throw) {
  words seen;
  const fiber f([&] {
    try {
      to_parent();
    } catch (const std::invalid_argument& e) {
      seen.emplace_back(e.what());
    }
  });
  f.switch_to();
  c_throw(&f, "take this");
  EXPECT_EQ(seen, words{"take this"});
  EXPECT_TRUE(f.is_dead());
}

TEST_F(greenlet_extension, test_leaks) {
  const auto token = std::make_shared<int>();
  for (int i = 0; i < 100; ++i) {
    const fiber f([token] { return static_cast<int>(token.use_count()); });
    ASSERT_EQ(c_switch(&f), 2);
    c_fiber g = c_new([](void*) { return 1; }, nullptr);
    ASSERT_EQ(c_switch(g), 1);
    c_free(g);
    ASSERT_EQ(token.use_count(), 1);
  }
}

}  // namespace
