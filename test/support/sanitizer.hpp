// test/support/sanitizer.hpp - which sanitizer watches this build
//
// Sanitizers keep memory of their own, multiply stack frames and refuse a limited address space.
#pragma once

namespace support {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool has_asan = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool has_asan = true;
#else
inline constexpr bool has_asan = false;
#endif
#else
inline constexpr bool has_asan = false;
#endif

#if defined(__SANITIZE_THREAD__)
inline constexpr bool has_tsan = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool has_tsan = true;
#else
inline constexpr bool has_tsan = false;
#endif
#else
inline constexpr bool has_tsan = false;
#endif

inline constexpr bool has_sanitizer = has_asan || has_tsan;

}  // namespace support
