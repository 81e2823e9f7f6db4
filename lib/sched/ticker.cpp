#include <coir/sched/ticker.hpp>

#include <stdexcept>

#include <coir/sched/sleep.hpp>

namespace coir {

ticker::ticker(clock::duration period, deadline begin) : period_(period), next_(detail::deadline_after(begin, period)) {
  if (period <= clock::duration::zero()) throw std::invalid_argument("coir::ticker: a period is longer than zero");
}

std::uint64_t ticker::wait() {
  sleep_until(next_);
  const auto skipped = (now() - next_) / period_;
  next_ = detail::deadline_after(next_ + skipped * period_, period_);
  return static_cast<std::uint64_t>(skipped);
}

}  // namespace coir
