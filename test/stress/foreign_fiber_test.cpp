// Sixteen threads make, run and lose fibers, while sixteen others do to them whatever can be done from outside.
#include <array>
#include <atomic>
#include <barrier>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <coir/fiber.hpp>

#include "nothing_left.hpp"
#include "parent.hpp"

namespace {

using coir::fiber;
using support::counted;
using support::to_parent;

// Where creators leave handles, and others find them.
class exchange {
 public:
  /// Returns the one that was there: its last handle may go with it, on whatever thread this is.
  fiber put(fiber f, std::size_t at) {
    const std::lock_guard lock(mutex_);
    return std::exchange(places_[at % places_.size()], std::move(f));
  }
  fiber get(std::size_t at) {
    const std::lock_guard lock(mutex_);
    return places_[at % places_.size()];
  }

 private:
  std::mutex mutex_;
  std::array<fiber, 64> places_;
};

class foreign_fiber : public support::nothing_left {
 protected:
  static constexpr int pairs = 16;
  static constexpr int rounds = 20;
  static constexpr int steps = 500;

  // Fibers are made, resumed, killed, shown to the others; some are still suspended when the thread ends.
  void create(unsigned seed) {
    std::mt19937 random(seed);
    std::vector<fiber> own;
    for (int i = 0; i < steps; ++i) {
      const std::size_t at = random();
      switch (random() % 8) {
        case 0:
        case 1:
        case 2:
          own.emplace_back([this, c = counted(1)] {
            struct leave {
              std::atomic<int>& n;
              ~leave() { ++n; }
            } const at_end{left_};
            ++entered_;
            for (int k = 0; k < 10; ++k) to_parent();
          });
          shown_.put(own.back(), at);
          break;
        case 3:
          if (!own.empty()) own.erase(own.begin() + static_cast<std::ptrdiff_t>(at % own.size()));
          break;
        case 4:
          if (!own.empty()) own[at % own.size()].set_name("fiber " + std::to_string(i));
          break;
        default:
          if (!own.empty()) own[at % own.size()].switch_to();
      }
    }
  }

  // Nothing of this may enter another thread's fiber, or harm it.
  void intrude(unsigned seed) {
    std::mt19937 random(seed);
    const fiber own([] { to_parent(); });
    own.switch_to();
    for (int i = 0; i < steps; ++i) {
      const std::size_t at = random();
      const unsigned what = random() % 8;
      const fiber f = what < 2 ? shown_.put({}, at) : shown_.get(at);
      if (f == fiber()) continue;
      ++tries_;
      try {
        switch (what) {
          case 0:
          case 1: ++refused_; continue;  // dropped, perhaps the last handle
          case 2: f.switch_to(); break;
          case 3: f.throw_to(std::runtime_error("intruder")); break;
          case 4: f.throw_to(); break;
          case 5: own.set_parent(f); break;
          case 6: f.set_parent(own); break;
          case 7:
            if (to_string(f).find("fiber") == std::string::npos) break;
            static_cast<void>(f.is_dead() || f);
            ++refused_;
        }
      } catch (const std::logic_error&) {
        ++refused_;
      }
    }
  }

  exchange shown_;
  std::atomic<int> entered_ = 0;
  std::atomic<int> left_ = 0;
  std::atomic<int> tries_ = 0;
  std::atomic<int> refused_ = 0;
};

TEST_F(foreign_fiber, is_unharmed_by_sixteen_threads_that_try_everything) {
  for (unsigned round = 0; round < rounds; ++round) {
    std::barrier start(2 * pairs);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < pairs; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        create(1000 * round + i);
      });
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        intrude(1000 * round + 500 + i);
      });
    }
    for (std::thread& t : threads) t.join();
    for (std::size_t i = 0; i < 64; ++i) shown_.put({}, i);
    ASSERT_EQ(entered_, left_);
    ASSERT_EQ(counted::live(), 0) << "round " << round;
  }
  EXPECT_GT(entered_, 1000);
  EXPECT_GT(tries_, 1000);
  EXPECT_EQ(refused_, tries_);
}

}  // namespace
