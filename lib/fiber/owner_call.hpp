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

// Drops what nobody will run any more; the thread of `o` has ended.
void drop_calls(owner& o) noexcept;

}  // namespace coir::detail
