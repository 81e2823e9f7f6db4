// <coir/sched/detail/call_queue.hpp> - the callbacks of one scheduler, and the service fibers that run them
//
// A service takes what is queued as its batch and calls it in order. Before each call but the last it has a
// second service made ready, which goes on with the batch if that call parks, and else finds what was queued
// meanwhile, or nothing. So whoever parks needs not know what it is.
#pragma once

#include <cstddef>

#include <coir/base/api.hpp>
#include <coir/base/clock.hpp>
#include <coir/base/detail/intrusive_list.hpp>
#include <coir/fiber/detail/control.hpp>
#include <coir/sched/detail/activity.hpp>
#include <coir/sched/detail/call.hpp>
#include <coir/sched/wake_token.hpp>

namespace coir::detail {

class call_queue;

// A fiber that runs callbacks. An activity, so that a callback that waits can be cancelled when the run ends.
struct service : body, activity {
  explicit service(call_queue& q) noexcept;
  call_queue& queue;
};

class COIR_API call_queue {
 public:
  explicit call_queue(lowlevel::scheduler& s) noexcept : scheduler_(s) {}
  call_queue(const call_queue&) = delete;
  call_queue& operator=(const call_queue&) = delete;
  ~call_queue();

  // Has `c` called in the next turn.
  void push(call_ref c) noexcept;

  // Whether there is something to call now.
  [[nodiscard]] bool is_due() const noexcept {
    return !closed_ && !starved_ && !(queued_.empty() && batch_.empty());
  }

  // Makes a service ready, unless one is on its way or there was no memory for it in this turn.
  void rouse() noexcept;

  // When there was no memory for a service: until when a turn may wait before it is tried again; else never.
  [[nodiscard]] deadline retry_at(deadline now) const noexcept;
  void retry() noexcept { starved_ = false; }

  // Nothing is called from now on. Cancels callbacks that wait, and waits for their end.
  void close();
  // After close: destroys what has not been called. Returns whether there was anything.
  bool drop() noexcept;

  // Called by the services.
  void serve(service& self);
  void refuse(service& self) noexcept;
  void leave(service& self) noexcept;
  void recycle(service& self) noexcept;

 private:
  lowlevel::scheduler& scheduler_;
  intrusive_list<call> queued_;
  intrusive_list<call> batch_;  // of the service that runs, or what it left when it parked
  intrusive_list<service> services_;
  intrusive_list<service> spares_;  // of ended ones, so that a batch allocates none
  std::size_t spare_count_ = 0;
  bool on_its_way_ = false;  // a service is ready, and has not begun
  bool starved_ = false;     // there was no memory for a service in this turn
  bool closed_ = false;
  lowlevel::wake_token closer_;
};

}  // namespace coir::detail
