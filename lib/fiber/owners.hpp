// The threads that use fibers.
#pragma once

#include <functional>
#include <mutex>

#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// For the calling thread. Throws std::bad_alloc.
[[nodiscard]] owner* take_owner();
void give_owner(owner* o) noexcept;

// Calls visit(owner&) for every thread that uses fibers at the moment.
void for_each_owner(const std::function<void(owner&)>& visit);

extern constinit std::mutex owners_mutex;

}  // namespace coir::detail
