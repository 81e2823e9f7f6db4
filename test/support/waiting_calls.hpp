// test/support/waiting_calls.hpp - the blocking calls of sched, sync, task and reactor
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>

#include <coir/run/run.hpp>
#include <coir/sched.hpp>
#include <coir/sync.hpp>
#include <coir/task/shielded.hpp>
#include <coir/task/task.hpp>

#include "blocking_call.hpp"
#include "raw_socket.hpp"

namespace support {

/// Runs a function on the runtime's thread when any thread asks for it.
class remote_trigger {
 public:
  explicit remote_trigger(std::function<void()> fn)
      : task_(coir::spawn([this, fn = std::move(fn)] {
          coir::lowlevel::scheduler& s = *coir::lowlevel::scheduler::current();
          token_ = s.prepare();
          if (s.park(token_, "another thread") == coir::lowlevel::wake_reason::woken) fn();
        })) {
    coir::yield();
  }
  ~remote_trigger() {
    task_.cancel();
    coir::shielded([this] { task_.join(); });
  }
  void fire() const { coir::lowlevel::scheduler::wake(token_); }

 private:
  coir::lowlevel::wake_token token_;
  coir::task<> task_;
};

/// Time is all that it waits for: it never comes before its deadline, and that is what it returns for.
struct sleep_for_call final : blocking_call {
  bool call(coir::deadline until) override {
    coir::sleep_for(until == coir::never ? std::chrono::hours(1) : until - coir::now());
    return false;
  }
  void expect_intact(bool) override {}
};

struct sleep_until_call final : blocking_call {
  bool call(coir::deadline until) override {
    coir::sleep_until(until);
    return false;
  }
  void expect_intact(bool) override {}
};

struct yield_call final : blocking_call {
  bool call(coir::deadline) override {
    coir::yield();
    return true;
  }
  void expect_intact(bool) override {}
};

class task_call : public blocking_call {
 public:
  ~task_call() override {
    awaited_.cancel();
    coir::shielded([this] { awaited_.join(); });
  }
  void complete() override {
    open_ = true;
    gate_.notify_all();
  }
  void complete_from_thread() override { trigger_.fire(); }
  void expect_intact(bool completed) override {
    if (!completed) {
      EXPECT_FALSE(awaited_.is_done());
      complete();
    }
    EXPECT_EQ(awaited_.get(), 7);
  }

 protected:
  coir::lowlevel::wait_queue gate_;
  bool open_ = false;
  coir::task<int> awaited_ = coir::spawn([this] {
    while (!open_) gate_.wait_or_throw("the gate");
    return 7;
  });
  remote_trigger trigger_{[this] { complete(); }};
};

struct task_join_call final : task_call {
  bool call(coir::deadline) override {
    awaited_.join();
    return true;
  }
};

struct task_join_until_call final : task_call {
  bool call(coir::deadline until) override { return awaited_.join_until(until); }
};

struct task_get_call final : task_call {
  bool call(coir::deadline) override { return awaited_.get() == 7; }
};

class wait_queue_call : public blocking_call {
 public:
  void complete() override { queue_.notify_one(); }
  void complete_from_thread() override { trigger_.fire(); }
  void expect_intact(bool) override {
    EXPECT_TRUE(queue_.empty()) << "whoever gave up still queues";
    EXPECT_FALSE(queue_.notify_one());
    bool woken = false;
    const coir::task<> next = coir::spawn([&] { woken = queue_.wait_or_throw("a notify"); });
    coir::yield();
    EXPECT_TRUE(queue_.notify_one());
    next.join();
    EXPECT_TRUE(woken);
  }

 protected:
  coir::lowlevel::wait_queue queue_;
  remote_trigger trigger_{[this] { complete(); }};
};

/// The bare wait reports what the throwing one throws.
struct wait_queue_wait_call final : wait_queue_call {
  bool call(coir::deadline until) override {
    const auto reason = queue_.wait("a notify", until);
    if (reason == coir::lowlevel::wake_reason::cancelled) coir::lowlevel::scheduler::current()->check_cancelled();
    return reason == coir::lowlevel::wake_reason::woken;
  }
};

struct wait_queue_wait_or_throw_call final : wait_queue_call {
  bool call(coir::deadline until) override { return queue_.wait_or_throw("a notify", until); }
};

class future_call : public blocking_call {
 public:
  void complete() override { promise_.set_value(7); }
  void complete_from_thread() override { complete(); }
  void expect_intact(bool completed) override {
    EXPECT_EQ(future_.is_done(), completed);
    if (!completed) complete();
    EXPECT_EQ(future_.get(), 7);
  }

 protected:
  coir::promise<int> promise_;
  coir::future<int> future_ = promise_.get_future();
};

struct future_get_call final : future_call {
  bool call(coir::deadline) override { return future_.get() == 7; }
};

struct future_wait_call final : future_call {
  bool call(coir::deadline) override {
    future_.wait();
    return future_.is_done();
  }
};

struct future_wait_until_call final : future_call {
  bool call(coir::deadline until) override { return future_.wait_until(until); }
};

class source_wait_call final : public blocking_call {
 public:
  source_wait_call() { ::fcntl(end_.first.get(), F_SETFL, O_NONBLOCK); }
  ~source_wait_call() override { source_.close(); }
  bool call(coir::deadline until) override {
    char c;
    if (::recv(end_.first.get(), &c, 1, MSG_PEEK) < 0) source_.clear(coir::lowlevel::direction::read);
    return source_.wait(coir::lowlevel::direction::read, "a byte", until);
  }
  void complete() override { end_.second.send("x"); }
  void complete_from_thread() override { complete(); }
  void expect_intact(bool completed) override {
    if (!completed) complete();
    EXPECT_TRUE(call(coir::now() + std::chrono::seconds(patience)));
    EXPECT_EQ(end_.first.receive(1), "x");
  }

 private:
  std::pair<raw_socket, raw_socket> end_ = raw_pair();
  coir::lowlevel::source source_{end_.first.get()};
};

}  // namespace support
