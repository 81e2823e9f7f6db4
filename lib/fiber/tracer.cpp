#include "tracer.hpp"

#include <memory>
#include <utility>

#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/fiber_exit.hpp>

namespace coir {
namespace {

// Shared with the calls of it that are under way: a tracer may remove itself.
struct installed_tracer {
  std::shared_ptr<const tracer> call;

  // The thread unwinds its fibers after this is gone.
  ~installed_tracer() { listen(false); }

  static void listen(bool on) noexcept {
    std::atomic<std::uint32_t>& attention = detail::this_thread.self->attention;
    if (on)
      attention.fetch_or(detail::is_traced, std::memory_order_relaxed);
    else
      attention.fetch_and(~detail::is_traced, std::memory_order_relaxed);
  }
};
thread_local installed_tracer installed;

}  // namespace

tracer set_tracer(tracer fn) {
  detail::enter_thread();
  auto before = std::exchange(installed.call, fn ? std::make_shared<const tracer>(std::move(fn)) : nullptr);
  installed_tracer::listen(installed.call != nullptr);
  return before ? *before : tracer();
}

tracer get_tracer() { return installed.call ? *installed.call : tracer(); }

namespace detail {

void tell_tracer(trace_event event, aftermath rest) {
  const auto call = installed.call;
  if (!call) return;
  const control* self = this_thread.current;
  const control* origin = rest.finished() ? rest.finished() : self->previous;
  try {
    (*call)(event, fiber_access::fiber_of(origin), fiber_access::fiber_of(self));
  } catch (const fiber_exit&) {
    // An order to leave that met the fiber in its tracer is not the tracer's error.
    throw;
  } catch (...) {
    if (installed.call == call) {
      installed.call = nullptr;
      installed_tracer::listen(false);
    }
    throw;
  }
}

void tell_tracer(aftermath rest) { tell_tracer(trace_event::switch_to, rest); }

}  // namespace detail
}  // namespace coir
