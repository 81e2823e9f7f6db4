// Words for errors: which fiber, which type, which thread.
#pragma once

#include <string>

#include <coir/fiber/detail/access.hpp>

namespace coir::detail {

// "thread 4711", or "a thread that has ended".
[[nodiscard]] std::string thread_of(const control* c);

// What a parked fiber waits for.
[[nodiscard]] const char* waits_for(const control* c) noexcept;

// "std::string", "nothing", "anything".
[[nodiscard]] std::string name_of(const type_tag* type);

// "switch from A to B refused: ".
[[nodiscard]] std::string refusal(const control* from, const control* to);

}  // namespace coir::detail
