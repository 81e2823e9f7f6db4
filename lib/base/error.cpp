#include <coir/base/cancelled.hpp>
#include <coir/base/closed.hpp>

namespace coir {

cancelled::~cancelled() = default;
closed::~closed() = default;

}  // namespace coir
