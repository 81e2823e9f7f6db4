// <coir/fiber/detail/access.hpp> - what the layers above may do with a fiber's control block
#pragma once

#include <string>
#include <string_view>

#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/fiber.hpp>

namespace coir::detail {

struct fiber_access {
  [[nodiscard]] static control* control_of(const fiber& f) noexcept { return f.control_; }
};

// A fiber for a scheduler: no parent, no handle, no stack before it is first resumed. Ends by
// work->operations->successor. Belongs to the calling thread.
[[nodiscard]] COIR_API control* make_scheduled(body& work, std::size_t stack_size, std::string_view name);

// Readies an unstarted scheduled fiber for resume(). When there is no stack for it, its body is refused,
// the block is free, and the answer is false.
[[nodiscard]] COIR_API bool start_scheduled(control* c) noexcept;

// Runs `next`, a started fiber, in place of the current one, which its scheduler has parked.
COIR_API void resume(control* next);

// Called on any thread when this thread's fibers were dropped elsewhere; see owner::notify.
COIR_API void set_notify(void (*notify)(void*) noexcept, void* argument) noexcept;

// Unwinds or frees what foreign threads have dropped.
COIR_API void reap() noexcept;

// "fiber 'parser' (suspended)", or its address when it has no name.
[[nodiscard]] COIR_API std::string describe(const control* c);

}  // namespace coir::detail
