#include <coir/sched/detail/call_queue.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <cxxabi.h>

#include <coir/base/cancelled.hpp>
#include <coir/base/unhandled.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/fiber_exit.hpp>
#include <coir/sched/scheduler.hpp>

namespace coir::detail {
namespace {

constexpr std::size_t most_spares = 16;
// Another thread may free some without a sign; this one's fibers end in turns, and then it is tried at once.
constexpr clock::duration pause_without_memory = std::chrono::milliseconds(10);

const type_tag* run_service(body& b, void*, void*&) {
  auto& self = static_cast<service&>(b);
  arguments_taken();
  self.queue.serve(self);
  return tag_of<void>();
}

control* end_service(body& b, std::exception_ptr&&) noexcept {
  auto& self = static_cast<service&>(b);
  lowlevel::scheduler& scheduler = *lowlevel::scheduler::current();
  scheduler.set_active(nullptr);
  self.queue.leave(self);
  return scheduler.next_to_run();
}

void refuse_service(body& b, std::exception_ptr&&) noexcept {
  auto& self = static_cast<service&>(b);
  self.queue.refuse(self);
}

void destroy_service(body& b) noexcept {
  auto& self = static_cast<service&>(b);
  self.queue.recycle(self);
}

constexpr body::ops service_operations{run_service, destroy_service, end_service, refuse_service, tag_of<void>()};

}  // namespace

call::~call() = default;

void call::run_and_report() {
  state = call_state::over;
  try {
    run();
  } catch (const fiber_exit&) {
    // an end like any other
  } catch (const cancelled&) {
    // as of a task: what was asked for, not a failure that somebody has to hear of
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    report_unhandled(
        {std::current_exception(), "a callback", std::string(from.file) + ":" + std::to_string(from.line)});
  }
}

void let_orders_pass() {
  try {
    throw;
  } catch (const fiber_exit&) {
    throw;
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    return;
  }
}

service::service(call_queue& q) noexcept : body{&service_operations}, queue(q) {}

call_queue::~call_queue() {
  while (!spares_.empty()) delete &spares_.pop_front();
}

void call_queue::push(call_ref c) noexcept {
  c->state = call_state::queued;
  queued_.push_back(*c.release());
  rouse();
}

void call_queue::rouse() noexcept {
  if (on_its_way_ || starved_ || closed_) return;
  try {
    scheduler_.make_room();
    if (spares_.empty()) recycle(*new service(*this));
    // Without a name, which would be an allocation for each.
    control* fiber = make_scheduled(spares_.front(), {});
    services_.push_back(spares_.pop_front());
    --spare_count_;
    on_its_way_ = true;
    scheduler_.make_ready(fiber);
  } catch (const std::bad_alloc&) {
    starved_ = true;
  }
}

deadline call_queue::retry_at(deadline now) const noexcept { return starved_ ? now + pause_without_memory : never; }

void call_queue::serve(service& self) {
  on_its_way_ = false;
  // The rest of one that parked goes first; what is queued from here on waits for the next turn.
  if (batch_.empty()) batch_.append(queued_);
  while (!closed_ && !batch_.empty()) {
    const call_ref c(&batch_.pop_front());
    if (!batch_.empty()) rouse();
    scheduler_.set_active(&self);
    c->run_and_report();
  }
  scheduler_.set_active(nullptr);
  if (this_thread.self->attention.load(std::memory_order_relaxed) & has_dropped) reap();
  if (!queued_.empty()) rouse();
}

void call_queue::leave(service& self) noexcept {
  self.unlink();
  scheduler_.end_scopes(self);
  if (services_.empty()) lowlevel::scheduler::wake(closer_);
}

void call_queue::refuse(service& self) noexcept {
  on_its_way_ = false;
  starved_ = true;
  leave(self);
  recycle(self);
}

void call_queue::recycle(service& self) noexcept {
  if (spare_count_ == most_spares) return delete &self;
  self.renew();
  spares_.push_back(self);
  ++spare_count_;
}

void call_queue::close() {
  closed_ = true;
  scheduler_.set_active(nullptr);
  if (services_.empty()) return;
  const auto because = std::make_shared<const cancel_cause>(cancel_cause{.reason = "the run has ended", .by = {}});
  while (!services_.empty()) {
    services_.for_each([&](service& s) {
      scheduler_.cancel(s.root, because);
    });
    closer_ = scheduler_.prepare();
    static_cast<void>(scheduler_.park(closer_, "callbacks to end"));
  }
}

bool call_queue::drop() noexcept {
  batch_.append(queued_);
  if (batch_.empty()) return false;
  while (!batch_.empty()) {
    const call_ref c(&batch_.pop_front());
    c->state = call_state::over;
    c->forget();
  }
  return true;
}

}  // namespace coir::detail
