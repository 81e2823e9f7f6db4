// rival/coro/timers.hpp - coroutines that sleep, by deadline
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <utility>
#include <vector>

namespace bench::coro {

using deadline = std::chrono::steady_clock::time_point;

/// What a sleeping coroutine awaits; lies in its frame.
struct sleeper {
  std::coroutine_handle<> waiting;
  std::size_t index = 0;  // where it is in the heap
};

/// A binary heap in an array, in which each sleeper knows its place, so that it can be taken out of the middle.
class timers {
 public:
  bool empty() const noexcept { return heap_.empty(); }
  deadline next() const noexcept { return heap_.front().at; }

  void insert(sleeper& s, deadline at) {
    heap_.push_back({at, &s});
    rise(heap_.size() - 1);
  }

  sleeper& pop() noexcept {
    sleeper& first = *heap_.front().who;
    erase(first);
    return first;
  }

  void erase(sleeper& s) noexcept {
    const std::size_t at = s.index;
    const entry last = heap_.back();
    heap_.pop_back();
    if (at == heap_.size()) return;
    put(at, last);
    rise(at);
    sink(last.who->index);
  }

 private:
  struct entry {
    deadline at;
    sleeper* who;
  };

  void put(std::size_t i, const entry& e) noexcept {
    heap_[i] = e;
    e.who->index = i;
  }

  void rise(std::size_t i) noexcept {
    const entry e = heap_[i];
    for (; i != 0 && e.at < heap_[(i - 1) / 2].at; i = (i - 1) / 2) put(i, heap_[(i - 1) / 2]);
    put(i, e);
  }

  void sink(std::size_t i) noexcept {
    const entry e = heap_[i];
    for (std::size_t child; (child = 2 * i + 1) < heap_.size(); i = child) {
      if (child + 1 < heap_.size() && heap_[child + 1].at < heap_[child].at) ++child;
      if (!(heap_[child].at < e.at)) break;
      put(i, heap_[child]);
    }
    put(i, e);
  }

  std::vector<entry> heap_;
};

}  // namespace bench::coro
