// greenlet's test_greenlet.py, test_switching_many_threads: fibers that everybody but their threads tries to enter.
#include <atomic>
#include <latch>
#include <vector>

#include "shared.hpp"

namespace {

using namespace parity;
using greenlet_greenlet = support::nothing_left;

TEST_F(greenlet_greenlet, test_switching_many_threads) {
  constexpr int many = 16;
  constexpr int rounds = 20;
  for (int round = 0; round < rounds; ++round) {
    std::vector<fiber> fibers(many);
    std::latch created(many);
    std::latch tried(many);
    std::atomic<bool> quit = false;
    std::atomic<int> refused = 0;
    std::atomic<int> entered = 0;
    std::atomic<int> exits = 0;
    std::vector<std::thread> creators;
    std::vector<std::thread> switchers;
    for (fiber& mine : fibers) {
      creators.emplace_back([&] {
        mine = fiber([&] {
          try {
            for (;; ++entered) to_parent();
          } catch (const fiber_exit&) {
            ++exits;
            throw;
          }
        });
        mine.switch_to();
        created.count_down();
        tried.wait();  // and ends, while the others go on
      });
      switchers.emplace_back([&] {
        created.wait();
        const auto try_all = [&] {
          for (const fiber& f : fibers) {
            try {
              if (!f.is_dead()) f.switch_to();
            } catch (const bad_switch&) {
              ++refused;
            }
          }
        };
        try_all();
        tried.count_down();
        for (int i = 0; i < 10 && !quit; ++i) try_all();
      });
    }
    for (std::thread& t : creators) t.join();
    quit = true;
    for (std::thread& t : switchers) t.join();
    ASSERT_EQ(entered, 0);
    ASSERT_EQ(exits, many) << "each by the end of its own thread";
    ASSERT_GE(refused, many * many) << "while all of them lived";
    for (const fiber& f : fibers) ASSERT_TRUE(f.is_dead());
  }
}

}  // namespace
