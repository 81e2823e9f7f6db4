// Stackless tasks that await somebody who resumes them; their frames come from operator new.

#include "rival/coro/scheduler.hpp"

#include <coroutine>
#include <cstddef>
#include <vector>

#include "parked/workload.hpp"

namespace {

using namespace bench::coro;

class tasks {
 public:
  explicit tasks(std::size_t count) {
    waiting_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) spawn(wait()).detach();
    home_.run();
  }
  tasks(const tasks&) = delete;
  tasks& operator=(const tasks&) = delete;
  ~tasks() {
    for (const auto handle : waiting_) home_.schedule(handle);
    home_.run();
  }

 private:
  struct park {
    std::vector<std::coroutine_handle<>>& waiting;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h) const { waiting.push_back(h); }
    void await_resume() const noexcept {}
  };

  task<> wait() {
    ++bench::parking::parked;
    co_await park{waiting_};
  }

  scheduler home_;
  std::vector<std::coroutine_handle<>> waiting_;
};

const bench::parking::contender<tasks> coro("coro", 512);

}  // namespace
