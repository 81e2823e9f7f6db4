#include <coir/fiber/dump.hpp>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include <coir/fiber/detail/access.hpp>

#include "backtrace.hpp"
#include "context.hpp"
#include "control_pool.hpp"
#include "message.hpp"
#include "owner_call.hpp"
#include "owners.hpp"

namespace coir {
namespace detail {
namespace {

constexpr auto patience = std::chrono::milliseconds(100);

// What one thread has to say.
struct answer {
  std::mutex mutex;
  std::condition_variable given;
  bool is_given = false;  // guarded by mutex, as text is
  std::string text;
};

std::string stack_use(const control& c) {
  if (!c.stack.base) return {};
  std::string size = std::to_string(c.stack.size() - c.stack.guard());
  if (!c.context || c.state == fiber_state::unstarted || &c == this_thread.current) return ", stack of " + size + " bytes";
  return ", uses " + std::to_string(c.stack.top() - stack_pointer_of(c.context)) + " of " + size + " bytes of stack";
}

// A fiber of the calling thread.
std::string report_own(control& c) {
  std::string text = "  " + describe(&c);
  const bool runs = &c == this_thread.current;
  if (is_scheduled(&c) && !runs) text.append(", waits for ").append(waits_for(&c));
  if (c.parent.control_) text.append(", parent ").append(describe(c.parent.control_));
  text.append(stack_use(c)).append("\n");
  if (runs || (c.state != fiber_state::unstarted && c.context)) text += backtrace_of(&c, "      ");
  return text;
}

bool is_live(const control& c) noexcept { return c.state != fiber_state::dead; }

std::string report_thread() {
  std::string text;
  for_each_control(this_thread.self, [&](control& c) {
    if (is_live(c)) text += report_own(c);
  });
  return text;
}

// Of a thread that does not answer only what may be looked at from outside.
std::string list_foreign(const owner& o) {
  std::string text;
  for_each_control(&o, [&](control& c) {
    if (is_live(c)) text.append("  ").append(describe(&c)).append("\n");
  });
  return text;
}

std::shared_ptr<answer> ask(owner& o) {
  auto asked = std::make_shared<answer>();
  call_on(o, [asked] {
    std::string text = report_thread();
    const std::lock_guard lock(asked->mutex);
    asked->text = std::move(text);
    asked->is_given = true;
    asked->given.notify_one();
  });
  return asked;
}

}  // namespace
}  // namespace detail

void dump(std::ostream& out) {
  using namespace detail;
  owner* self = enter_thread()->home.load(std::memory_order_relaxed);
  struct asked_thread {
    owner* of;
    int id;
    std::shared_ptr<answer> said;
  };
  std::vector<asked_thread> others;
  for_each_owner([&](owner& o) {
    if (&o != self) others.push_back({&o, o.thread_id, nullptr});
  });
  for (asked_thread& t : others) t.said = ask(*t.of);
  const auto until = std::chrono::steady_clock::now() + patience;
  out << "thread " << self->thread_id << ", this one:\n" << report_thread();
  for (const asked_thread& t : others) {
    out << "thread " << t.id;
    std::unique_lock lock(t.said->mutex);
    if (t.said->given.wait_until(lock, until, [&] { return t.said->is_given; }))
      out << ":\n" << t.said->text;
    else
      out << ", busy, so without backtraces:\n" << list_foreign(*t.of);
  }
}

}  // namespace coir
