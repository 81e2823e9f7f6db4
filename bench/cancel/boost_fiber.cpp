// Boost.Fiber cannot cancel: each sleeps by a condition variable of its own, as its users write it, and throws when it
// was woken to end.

#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/fixedsize_stack.hpp>
#include <boost/fiber/mutex.hpp>
#include <boost/fiber/operations.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "cancel/workload.hpp"
#include "harness/contender.hpp"
#include "harness/stack.hpp"

namespace {

using namespace bench::cancelling;
namespace fiber_library = boost::fibers;

struct cancelled {};

class cancellable_sleep {
 public:
  void operator()() {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, long_enough, [this] { return cancelled_; })) throw cancelled();
  }

  void cancel() {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    changed_.notify_one();
  }

 private:
  fiber_library::mutex mutex_;
  fiber_library::condition_variable changed_;
  bool cancelled_ = false;
};

class crowd {
 public:
  explicit crowd(std::size_t count) : sleeps_(count) {
    fibers_.reserve(count);
    for (cancellable_sleep& s : sleeps_)
      fibers_.emplace_back(fiber_library::launch::dispatch, std::allocator_arg,
                           fiber_library::fixedsize_stack(bench::stack_size), [&s] {
                             try {
                               serve([&s] { s(); });
                             } catch (const cancelled&) {
                             }
                           });
  }

  void cancel_and_join() {
    for (cancellable_sleep& s : sleeps_) s.cancel();
    for (auto& f : fibers_) f.join();
  }

 private:
  std::deque<cancellable_sleep> sleeps_;
  std::vector<fiber_library::fiber> fibers_;
};

const bench::contender boost_fiber("cancel/100000/boost_fiber",
                                   [](benchmark::State& state) { measure<crowd>(state, 10 * 1024); });

}  // namespace
