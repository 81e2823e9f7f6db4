#include <coir/run/loop.hpp>

#include <stdexcept>
#include <string>

#include <coir/fiber/detail/switch.hpp>
#include <coir/reactor/reactor.hpp>
#include <coir/sched/sleep.hpp>
#include <coir/task/detail/session.hpp>

namespace coir {
namespace {

// Before a descriptor is opened.
struct alone {
  alone() { detail::session::refuse_to_nest(); }
};

}  // namespace

struct loop::parts {
  [[no_unique_address]] alone first;
  lowlevel::reactor reactor;
  detail::session session{reactor};
  const detail::control* driver = detail::this_thread.current;
  bool driven = false;
};

loop::loop() : parts_(std::make_unique<parts>()) {}

loop::~loop() = default;

loop::drive::drive(loop& l, const char* caller) : driven_(*l.parts_) {
  if (driven_.driven || detail::this_thread.current != driven_.driver)
    throw std::logic_error("coir::loop::" + std::string(caller) +
                           ": only the fiber that made a loop drives it, and not from what the loop runs");
  driven_.driven = true;
}

loop::drive::~drive() { driven_.driven = false; }

void loop::run_until(deadline until) {
  const drive driven(*this, "run_until");
  sleep_until(until);
}

bool loop::poll_once() {
  const drive driven(*this, "poll_once");
  lowlevel::scheduler& s = parts_->session.scheduler();
  s.look();
  s.yield();
  // A turn in between may have polled, and taken the interrupt that would make the descriptor readable.
  s.look_at_threads();
  return s.has_ready();
}

deadline loop::next_deadline() const noexcept { return parts_->session.scheduler().next_deadline(); }

int loop::native_handle() const noexcept { return parts_->reactor.native_handle(); }

}  // namespace coir
