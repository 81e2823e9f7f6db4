#include <coir/testing/sequencer.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

#include <coir/base/cancelled.hpp>

namespace coir::testing {

sequencer::turn sequencer::operator()(unsigned place) {
  if (!used_.insert(place).second)
    throw std::logic_error("sequencer: place " + std::to_string(place) + " was used before");
  while (next_ != place) {
    if (place > lost_)
      throw std::logic_error("sequencer: place " + std::to_string(place) + " never comes: the wait for place " +
                             std::to_string(lost_) + " was cancelled");
    try {
      waiters_.wait_or_throw("its place in a sequence");
    } catch (const cancelled&) {
      lost_ = std::min(lost_, place);
      waiters_.notify_all();
      throw;
    }
  }
  return turn(*this);
}

void sequencer::pass() noexcept {
  ++next_;
  waiters_.notify_all();
}

}  // namespace coir::testing
