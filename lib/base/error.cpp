#include <coir/base/cancelled.hpp>
#include <coir/base/closed.hpp>
#include <coir/base/timed_out.hpp>

namespace coir {

cancelled::~cancelled() = default;
closed::~closed() = default;
timed_out::~timed_out() = default;

}  // namespace coir
