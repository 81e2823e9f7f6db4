// <coir/fiber/detail/sanitizer.hpp> - which sanitizer this translation unit is built for
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COIR_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define COIR_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define COIR_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define COIR_TSAN 1
#endif
#ifndef COIR_ASAN
#define COIR_ASAN 0
#endif
#ifndef COIR_TSAN
#define COIR_TSAN 0
#endif
#define COIR_ANNOTATED (COIR_ASAN || COIR_TSAN)
