// <coir/fiber/detail/context.hpp> - the seam to the machine: from one suspended context to another
//
// A backend gives cross(), here, and prepare(), in lib/fiber/context.hpp; nothing above knows which one it
// is. The library and whoever includes its headers must agree on it: meson and pkg-config pass it along, and
// a program that was built otherwise does not link, for the backend is part of this_thread's name.
#pragma once

#if !defined(COIR_SWITCH_BOOST) && defined(__x86_64__) && defined(__LP64__)
#include <coir/fiber/detail/native_x86_64.hpp>
#else
#include <coir/fiber/detail/boost_context.hpp>
#endif
