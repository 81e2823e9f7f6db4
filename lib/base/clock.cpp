#include <new>

#include <coir/base/clock.hpp>

namespace coir {
namespace {

class monotonic_source final : public lowlevel::clock_source {
 public:
  deadline read() const noexcept override { return std::chrono::steady_clock::now(); }
};

// Never destroyed: threads that outlive main's statics still read the time.
lowlevel::clock_source& monotonic() noexcept {
  alignas(monotonic_source) static unsigned char storage[sizeof(monotonic_source)];
  static auto* source = new (storage) monotonic_source;
  return *source;
}

// nullptr means the real clock, so that a new thread needs no initialisation.
constinit thread_local lowlevel::clock_source* current_source = nullptr;

}  // namespace

deadline clock::now() noexcept {
  return current_source ? current_source->read() : std::chrono::steady_clock::now();
}

deadline now() noexcept { return clock::now(); }

std::chrono::system_clock::time_point detail::wall_now() noexcept {
  return current_source ? current_source->wall() : std::chrono::system_clock::now();
}

namespace lowlevel {

clock_source::~clock_source() = default;

std::chrono::system_clock::time_point clock_source::wall() const noexcept {
  return std::chrono::system_clock::now();
}

clock_source& clock_source::real() noexcept { return monotonic(); }

clock_source& exchange_clock(clock_source& source) noexcept {
  clock_source& before = current_source ? *current_source : monotonic();
  current_source = &source;
  return before;
}

}  // namespace lowlevel
}  // namespace coir
