// greenlet's test_throw.py.
#include <stdexcept>
#include <string>

#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_throw = support::nothing_left;

// Says "ok", and again after a runtime_error that `is_right`; "fail" after anything else.
template <class P>
fiber expects_an_error(P is_right) {
  return fiber([is_right] {
    try {
      to_parent(std::string("ok"));
    } catch (const std::runtime_error& e) {
      if (is_right(e)) {
        to_parent(std::string("ok"));
        return;
      }
    }
    to_parent(std::string("fail"));
  });
}

TEST_F(greenlet_throw, test_class) {
  const fiber g = expects_an_error([](const std::runtime_error&) { return true; });
  EXPECT_EQ(g.switch_to<std::string>(), "ok");
  EXPECT_EQ(g.throw_to<std::string>(some_error()), "ok") << "by its base class";
}

TEST_F(greenlet_throw, test_val) {
  const auto says_ciao = [](const std::runtime_error& e) { return std::string(e.what()) == "ciao"; };
  const fiber g = expects_an_error(says_ciao);
  EXPECT_EQ(g.switch_to<std::string>(), "ok");
  EXPECT_EQ(g.throw_to<std::string>(std::runtime_error("ciao")), "ok");
  const fiber h = expects_an_error(says_ciao);
  EXPECT_EQ(h.switch_to<std::string>(), "ok");
  EXPECT_EQ(h.throw_to<std::string>(std::make_exception_ptr(std::runtime_error("ciao"))), "ok");
}

TEST_F(greenlet_throw, test_kill) {
  const fiber g([] {
    to_parent(std::string("ok"));
    to_parent(std::string("fail"));
  });
  EXPECT_EQ(g.switch_to<std::string>(), "ok");
  EXPECT_NO_THROW(g.throw_to());
  EXPECT_TRUE(g.is_dead());
  EXPECT_NO_THROW(g.throw_to()) << "falls through the dead";
}

TEST_F(greenlet_throw, test_throw_goes_to_original_parent) {
  const fiber main = fiber::current();
  const auto catches = [&] {
    try {
      main.switch_to(std::string("ready to catch"));
    } catch (const std::out_of_range&) {
      return std::string("caught");
    }
    return std::string("normal end");
  };
  const auto waits = [&] { main.switch_to(std::string("from f2")); };
  {
    const fiber g1(catches);
    const fiber g2(waits);
    g2.set_parent(g1);
    EXPECT_THROW(g2.throw_to(std::out_of_range("x")), std::out_of_range) << "neither was started";
    EXPECT_TRUE(g2.is_dead());
    EXPECT_TRUE(g1.is_dead());
  }
  for (const bool child_is_started : {false, true}) {
    const fiber g1(catches);
    const fiber g2(waits);
    g2.set_parent(g1);
    EXPECT_EQ(g1.switch_to<std::string>(), "ready to catch");
    if (child_is_started) {
      EXPECT_EQ(g2.switch_to<std::string>(), "from f2");
    }
    EXPECT_EQ(g2.throw_to<std::string>(std::out_of_range("x")), "caught");
    EXPECT_TRUE(g2.is_dead());
    EXPECT_TRUE(g1.is_dead());
  }
}

// In place of three kinds of wrong arguments: the only thing that can be passed and not thrown.
TEST_F(greenlet_throw, test_not_throwable) {
  const fiber g([] { to_parent(); });
  g.switch_to();
  EXPECT_TRUE(names(text_of<std::invalid_argument>([&] { g.throw_to(std::exception_ptr()); }), "null"));
  EXPECT_THROW(fiber::current().throw_to(std::exception_ptr()), std::invalid_argument);
  EXPECT_TRUE(g) << "nothing has changed";
  EXPECT_THROW(g.throw_to("abc"), const char*) << "anything else can be thrown, as in the language";
}

}  // namespace
