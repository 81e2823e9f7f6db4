// <coir/sched/detail/call.hpp> - a function that a scheduler is to call
//
//   delayed ----> queued ----> over      delayed, queued -> over: cancelled, or the run has ended
//
// One object holds the function, its place in a queue and, of a delayed one, the timer: a callback costs one
// allocation.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <coir/base/api.hpp>
#include <coir/base/detail/intrusive_list.hpp>
#include <coir/base/detail/relaxed.hpp>
#include <coir/base/detail/where.hpp>

namespace coir::detail {

enum class call_state : std::uint8_t {
  delayed,  // in the timers
  queued,   // in a queue, or on its way into one
  over,     // has begun, or never will
};

struct COIR_API call : list_node {
  explicit call(where queued_at) noexcept : from(queued_at) {}
  virtual ~call();

  // Calls the function, then destroys it, also when it throws.
  virtual void run() = 0;
  // Destroys the function.
  virtual void forget() noexcept = 0;

  // Calls the function now, on this fiber. What it throws goes to the unhandled hook.
  void run_and_report();

  void retain() noexcept { references.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  std::atomic<std::uint32_t> references{1};  // the queue's that it stands in, and each handle's
  relaxed<call_state> state = call_state::queued;
  where from;
};

// In a catch (...): throws again what ends a fiber or a thread, which is not for those who wait for a result.
COIR_API void let_orders_pass();

// Owns one reference.
class call_ref {
 public:
  call_ref() noexcept = default;
  explicit call_ref(call* adopted) noexcept : call_(adopted) {}
  call_ref(const call_ref& other) noexcept : call_(other.call_) {
    if (call_) call_->retain();
  }
  call_ref(call_ref&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  call_ref& operator=(call_ref other) noexcept {
    std::swap(call_, other.call_);
    return *this;
  }
  ~call_ref() {
    if (call_) call_->release();
  }

  [[nodiscard]] call* get() const noexcept { return call_; }
  [[nodiscard]] call* release() noexcept { return std::exchange(call_, nullptr); }
  call* operator->() const noexcept { return call_; }

 private:
  call* call_ = nullptr;
};

// A `Base`, call or what derives from it, with its function.
template <class Base, class F>
struct call_of final : Base {
  template <class G>
  call_of(G&& callable, where from) : Base(from), fn(std::forward<G>(callable)) {}
  ~call_of() override {
    if (has_function) std::destroy_at(std::addressof(fn));
  }

  void run() override {
    struct guard {
      call_of& self;
      ~guard() { self.forget(); }
    } forget_it{*this};
    static_cast<void>(std::invoke(fn));
  }
  void forget() noexcept override {
    has_function = false;
    std::destroy_at(std::addressof(fn));
  }

  bool has_function = true;
  union {
    F fn;
  };
};

template <class Base, class F>
[[nodiscard]] Base* make_call(F&& fn, where from) {
  return new call_of<Base, std::decay_t<F>>(std::forward<F>(fn), from);
}

}  // namespace coir::detail
