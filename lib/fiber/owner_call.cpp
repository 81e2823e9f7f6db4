#include "owner_call.hpp"

#include <utility>

#include <coir/fiber/detail/access.hpp>

namespace coir::detail {
namespace {

// In the order of asking.
owner_call* take_calls(owner& o) noexcept {
  owner_call* in_order = nullptr;
  for (owner_call* c = o.calls.exchange(nullptr, std::memory_order_acquire); c;) {
    owner_call* next = std::exchange(c->next, in_order);
    in_order = c;
    c = next;
  }
  return in_order;
}

}  // namespace

void call_on(owner& o, std::function<void()> run) { push_call(o, new owner_call{std::move(run), nullptr}); }

void push_call(owner& o, owner_call* call) noexcept {
  owner_call* head = o.calls.load(std::memory_order_relaxed);
  do call->next = head;
  // release: the owner sees what the call is made of.
  while (!o.calls.compare_exchange_weak(head, call, std::memory_order_release, std::memory_order_relaxed));
  o.attention.fetch_or(has_call, std::memory_order_release);
  if (auto* notify = o.notify.load(std::memory_order_acquire)) notify(o.notify_argument.load(std::memory_order_relaxed));
}

void serve_calls() noexcept {
  owner& self = *this_thread.self;
  // Cleared before the list is taken: a call after that sets it again.
  self.attention.fetch_and(~has_call, std::memory_order_acquire);
  for (owner_call* c = take_calls(self); c;) {
    const std::unique_ptr<owner_call> served(std::exchange(c, c->next));
    served->run();
  }
}

void drop_calls(owner& o) noexcept {
  for (owner_call* c = take_calls(o); c;) delete std::exchange(c, c->next);
}

}  // namespace coir::detail
