// Threads that wait for a condition, with stacks of the same size. The kernel's own memory for each, some ten
// kilobytes, is in nobody's RSS and so is not counted.

#include <pthread.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

#include "harness/stack.hpp"
#include "parked/workload.hpp"

namespace {

class threads {
 public:
  explicit threads(std::size_t count) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, bench::stack_size);
    all_.reserve(count);
    int error = 0;
    for (pthread_t t; all_.size() < count && error == 0;) {
      const auto wait = [](void* self) -> void* {
        static_cast<threads*>(self)->wait();
        return nullptr;
      };
      error = pthread_create(&t, &attributes, wait, this);
      if (error == 0) all_.push_back(t);
    }
    pthread_attr_destroy(&attributes);
    if (error != 0) {
      end();
      throw std::system_error(error, std::generic_category(), "pthread_create after " + std::to_string(all_.size()));
    }
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return bench::parking::parked == count; });
  }
  threads(const threads&) = delete;
  threads& operator=(const threads&) = delete;
  ~threads() { end(); }

 private:
  void end() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_all();
    for (const pthread_t t : all_) pthread_join(t, nullptr);
  }

  void wait() {
    std::unique_lock lock(mutex_);
    ++bench::parking::parked;
    arrived_.notify_one();
    ended_.wait(lock, [this] { return over_; });
  }

  std::vector<pthread_t> all_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable ended_;
  bool over_ = false;
};

const bench::parking::contender<threads> thread("thread", 24 * 1024, false);

}  // namespace
