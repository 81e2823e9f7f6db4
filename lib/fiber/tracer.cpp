#include "tracer.hpp"

#include <memory>
#include <utility>

#include <coir/fiber/detail/access.hpp>
#include <coir/fiber/fiber_exit.hpp>

namespace coir {
namespace {

// Shared with the calls of it that are under way: a tracer may remove itself.
using shared_tracer = std::shared_ptr<const tracer>;

// nullptr: none. A pointer, since exit handlers and destructors of statics come after the thread's variables, and
// may ask.
constinit thread_local shared_tracer* installed = nullptr;

void install(shared_tracer next) {
  auto* made = next ? new shared_tracer(std::move(next)) : nullptr;
  std::atomic<std::uint32_t>& attention = detail::this_thread.self->attention;
  if (made)
    attention.fetch_or(detail::is_traced, std::memory_order_relaxed);
  else
    attention.fetch_and(~detail::is_traced, std::memory_order_relaxed);
  delete std::exchange(installed, made);
}

// The thread unwinds its fibers after this is gone.
struct at_thread_end {
  bool armed = false;
  ~at_thread_end() { install(nullptr); }
};
thread_local at_thread_end guard;

}  // namespace

tracer set_tracer(tracer fn) {
  detail::enter_thread();
  tracer before = get_tracer();
  if (fn) guard.armed = true;
  install(fn ? std::make_shared<const tracer>(std::move(fn)) : nullptr);
  return before;
}

tracer get_tracer() { return installed ? **installed : tracer(); }

namespace detail {

void tell_tracer(trace_event event, aftermath rest) {
  if (!installed) return;
  const shared_tracer call = *installed;
  const control* self = this_thread.current;
  const control* origin = rest.finished() ? rest.finished() : self->previous;
  try {
    (*call)(event, fiber_access::fiber_of(origin), fiber_access::fiber_of(self));
  } catch (const fiber_exit&) {
    // An order to leave that met the fiber in its tracer is not the tracer's error.
    throw;
  } catch (...) {
    if (installed && *installed == call) install(nullptr);
    throw;
  }
}

void tell_tracer(aftermath rest) { tell_tracer(trace_event::switch_to, rest); }

}  // namespace detail
}  // namespace coir
