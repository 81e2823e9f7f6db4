// <coir/fiber/detail/local_key.hpp> - where a fiber keeps the value of one fiber_local
#pragma once

#include <cstddef>
#include <cstdint>

#include <coir/base/api.hpp>

namespace coir::detail {

struct COIR_API local_key {
  local_key();
  local_key(const local_key&) = delete;
  local_key& operator=(const local_key&) = delete;
  ~local_key();

  std::uint64_t id;   // unique in the process
  std::size_t place;  // in each fiber's list; used again once the key is gone
};

// The current fiber's value; nullptr: none yet.
[[nodiscard]] COIR_API void* find_local(const local_key& key) noexcept;

// Makes `value` the current fiber's, or takes it away if null; the one before is destroyed. Throws
// std::bad_alloc, and then nothing has changed.
COIR_API void set_local(const local_key& key, void* value, void (*destroy)(void*) noexcept);

}  // namespace coir::detail
