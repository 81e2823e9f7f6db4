// <coir/base/api.hpp> - what a shared build exports
#pragma once

/// Marks a symbol that the shared library exports; everything else is hidden.
#define COIR_API __attribute__((visibility("default")))
