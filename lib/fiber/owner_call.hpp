// Asking another thread to run something, at its next look at its fibers.
#pragma once

#include <functional>
#include <memory>

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

struct owner_call {
  std::function<void()> run;
  owner_call* next = nullptr;
};

// From any thread. The call is run by the thread of `o`, or dropped if that ends before.
void call_on(owner& o, std::function<void()> run);

// The same with a call that was made before, and goes to the thread of `o`: for signal handlers.
void push_call(owner& o, owner_call* call) noexcept;

// Drops what nobody will run any more; the thread of `o` has ended.
void drop_calls(owner& o) noexcept;

}  // namespace coir::detail
