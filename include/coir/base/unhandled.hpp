// <coir/base/unhandled.hpp> - where errors go that nobody can receive
#pragma once

#include <exception>
#include <string_view>

#include <coir/base/api.hpp>

namespace coir {

/// An error that escaped and has no one to be thrown at. Views are valid during the hook's call only.
struct unhandled_error {
  std::exception_ptr error;
  std::string_view origin;  // who failed: "task 'reader'", "fiber 'parser' while it was being unwound"
  std::string_view where;   // "file:line" of its creation, empty when unknown
};

/// Receives each unhandled error once, on the thread where it surfaced. Must not throw.
using unhandled_hook = void (*)(const unhandled_error&) noexcept;

/// Sets the process-wide hook and returns the previous one. The default prints one line on stderr;
/// nullptr restores it.
///
/// Threads: any
COIR_API unhandled_hook set_unhandled_hook(unhandled_hook hook) noexcept;

namespace detail {

COIR_API void report_unhandled(const unhandled_error& e) noexcept;

// "std::runtime_error: no route" for what() carriers, the type's name for the rest.
COIR_API std::string_view describe(const std::exception_ptr& error, char* buffer, std::size_t size) noexcept;

}  // namespace detail
}  // namespace coir
