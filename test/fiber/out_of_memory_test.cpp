// When there is no memory for another stack. In a child process, whose address space is limited.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <new>
#include <string>
#include <system_error>

#include <coir/fiber.hpp>

#include "emulator.hpp"
#include "memory.hpp"
#include "nothing_left.hpp"
#include "parent.hpp"
#include "sanitizer.hpp"

namespace {

using support::to_parent;

class out_of_memory : public support::nothing_left {
 protected:
  void SetUp() override {
    if (support::has_sanitizer) GTEST_SKIP() << "sanitizers reserve more address space than can be allowed";
    if (support::is_emulated()) GTEST_SKIP() << "an emulator starts no program anew";
  }
};

constexpr std::size_t mib = 1024 * 1024;

[[noreturn]] void end(bool good, const char* what) {
  std::fprintf(stderr, "%s: %s\n", good ? "good" : "bad", what);
  std::_Exit(good ? 0 : 1);
}

TEST_F(out_of_memory, the_error_is_clear_and_the_rest_goes_on) {
  EXPECT_EXIT(
      {
        coir::fiber before([](int n) {
          for (;;) n = to_parent<int>(n + 1);
        });
        before.switch_to<int>(0);
        support::limit_address_space(64 * mib);
        std::deque<coir::fiber> many;
        std::string text;
        try {
          for (int i = 0; i < 10'000; ++i) {
            many.emplace_back(coir::fiber_options{.stack_size = mib}, [] { to_parent(); });
            many.back().switch_to();
          }
        } catch (const std::system_error& e) {
          if (e.code() != std::errc::not_enough_memory) end(false, e.what());
          text = e.what();
        }
        if (text.find("stack") == std::string::npos) end(false, ("the error does not speak of a stack: " + text).c_str());
        if (many.size() < 5) end(false, "hardly any fiber could be made");
        if (before.switch_to<int>(5) != 6) end(false, "an older fiber is broken");
        for (const coir::fiber& f : many)
          if (!f && f != many.back()) end(false, "a fiber made meanwhile is broken");
        many.resize(many.size() / 2);
        many.emplace_back(coir::fiber_options{.stack_size = mib}, [] { to_parent(); });
        many.back().switch_to();
        end(static_cast<bool>(many.back()), "after some have ended there is room again");
      },
      testing::ExitedWithCode(0), "good");
}

TEST_F(out_of_memory, one_stack_that_is_too_large_is_refused_and_a_small_one_is_not) {
  EXPECT_EXIT(
      {
        support::limit_address_space(64 * mib);
        try {
          coir::fiber f({.stack_size = 512 * mib}, [] {});
          f.switch_to();
          end(false, "there was room");
        } catch (const std::system_error& e) {
          if (e.code() != std::errc::not_enough_memory) end(false, e.what());
        }
        end(coir::fiber([] { return 3; }).switch_to<int>() == 3, "a small one has room");
      },
      testing::ExitedWithCode(0), "good");
}

TEST_F(out_of_memory, of_every_size_is_called_by_its_name) {
  for (const std::size_t size : {16 * mib, 64 * mib, 128 * mib, 512 * mib}) {
    EXPECT_EXIT(
        {
          support::limit_address_space(1200 * mib);
          std::deque<coir::fiber> many;
          try {
            for (;;) many.emplace_back(coir::fiber_options{.stack_size = size}, [] {});
          } catch (const std::system_error& e) {
            end(e.code() == std::errc::not_enough_memory && many.size() >= 2, e.what());
          }
        },
        testing::ExitedWithCode(0), "good")
        << size / mib << " MiB";
  }
}

TEST_F(out_of_memory, a_thousand_times_costs_no_memory) {
  EXPECT_EXIT(
      {
        support::limit_address_space(32 * mib);
        std::deque<coir::fiber> many;
        int refused = 0;
        while (refused < 1000) {
          try {
            many.emplace_back(coir::fiber_options{.stack_size = mib}, [] {});
          } catch (const std::system_error& e) {
            if (e.code() != std::errc::not_enough_memory) end(false, e.what());
            ++refused;
          } catch (const std::bad_alloc&) {
            end(false, "the heap ran out");
          }
        }
        end(true, "done");
      },
      testing::ExitedWithCode(0), "good");
}

}  // namespace
