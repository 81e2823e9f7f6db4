// <coir/testing/until_all_parked.hpp> - lets the others run until they wait
#pragma once

#include <coir/base/api.hpp>

namespace coir::testing {

/// Waits until every other fiber of this thread's scheduler waits: for time, for descriptors, for each other.
///
/// What has come by then is served first: deadlines that have passed, descriptors that are ready, wakes by other
/// threads. Virtual time does not move. Fibers that call this at once wait for all but each other. One that
/// yields for ever never waits, and this never returns.
///
/// Switches: may
/// Throws:   cancelled; std::logic_error outside of a run
COIR_API void until_all_parked();

}  // namespace coir::testing
