// Boost.Fiber on its default stacks, which come from malloc and have no guard: fibers that wait for a condition.

#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/fixedsize_stack.hpp>
#include <boost/fiber/mutex.hpp>
#include <boost/fiber/operations.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "harness/stack.hpp"
#include "parked/workload.hpp"

namespace {

namespace fiber_library = boost::fibers;

class fibers {
 public:
  explicit fibers(std::size_t count) {
    all_.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      all_.emplace_back(fiber_library::launch::dispatch, std::allocator_arg,
                        fiber_library::fixedsize_stack(bench::stack_size), [this] {
                          ++bench::parking::parked;
                          std::unique_lock lock(mutex_);
                          ended_.wait(lock, [this] { return over_; });
                        });
  }
  fibers(const fibers&) = delete;
  fibers& operator=(const fibers&) = delete;
  ~fibers() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_all();
    for (auto& f : all_) f.join();
  }

 private:
  std::vector<fiber_library::fiber> all_;
  fiber_library::mutex mutex_;
  fiber_library::condition_variable ended_;
  bool over_ = false;
};

const bench::parking::contender<fibers> boost_fiber("boost_fiber", 10 * 1024);

}  // namespace
