#include <coir/task/detail/watch.hpp>

#include <memory>
#include <stdexcept>
#include <string>

#include <coir/task/detail/session.hpp>
#include <coir/task/first_of.hpp>
#include <coir/task/gather.hpp>
#include <coir/task/shielded.hpp>

namespace coir::detail {

watch::watch(std::size_t most) : hooks_(most) { ended_.reserve(most); }

void watch::hook::take_note(done_hook& self, task_state&) noexcept {
  const hook& h = static_cast<hook&>(self);
  h.owner.ended_.push_back(h.number);
  lowlevel::scheduler::wake(h.owner.waiter_);
}

void meet_cancellation() {
  if (const lowlevel::scheduler* here = lowlevel::scheduler::current()) here->check_cancelled();
}

void watch::add(task_state& t, const char* caller) {
  if (!t.done && t.home != session::current())
    throw std::logic_error("coir::" + std::string(caller) + ": " + t.title() + " runs on another thread");
  if (!t.done && session::current()->scheduler().active() == &t)
    throw std::logic_error("coir::" + std::string(caller) + ": " + t.title() + " cannot wait for itself");
  hook* h = std::construct_at(hooks_.at + hooks_.count, *this, hooks_.count);
  ++hooks_.count;
  if (t.done)
    ended_.push_back(h->number);
  else
    t.hooks.push_back(*h);
}

std::optional<std::size_t> watch::next(deadline until) {
  if (given_ == ended_.size()) {
    lowlevel::scheduler& here = lowlevel::scheduler::required("wait");
    here.check_cancelled();
    waiter_ = here.prepare();
    const lowlevel::wake_reason reason = here.park(waiter_, "one of several tasks to end", until);
    waiter_ = {};
    if (given_ == ended_.size()) {
      if (reason == lowlevel::wake_reason::cancelled) here.check_cancelled();
      return std::nullopt;
    }
  }
  return ended_[given_++];
}

void cancel_and_join(task_state* const* tasks, std::size_t count, const char* reason) noexcept {
  for (std::size_t i = 0; i < count; ++i) tasks[i]->cancel(reason);
  shielded([&] {
    for (std::size_t i = 0; i < count; ++i)
      while (!tasks[i]->join_until(never)) continue;
  });
}

void join_all_or_throw(task_state* const* tasks, std::size_t count, const char* caller) {
  watch all(count);
  for (std::size_t i = 0; i < count; ++i) all.add(*tasks[i], caller);
  try {
    meet_cancellation();
    while (!all.is_over()) {
      const auto ended = all.next();
      if (ended) tasks[*ended]->check();
    }
  } catch (...) {
    cancel_and_join(tasks, count, "a sibling in coir::gather has failed, or its caller was cancelled");
    throw;
  }
}

std::size_t first_end(task_state* const* tasks, std::size_t count) {
  watch all(count);
  for (std::size_t i = 0; i < count; ++i) all.add(*tasks[i], "first_of");
  try {
    meet_cancellation();
    const std::size_t first = *all.next();
    cancel_and_join(tasks, count, "another was first");
    return first;
  } catch (...) {
    cancel_and_join(tasks, count, "the caller of coir::first_of was cancelled");
    throw;
  }
}

void join_all(task_state* const* tasks, std::size_t count, const char* caller) {
  watch all(count);
  for (std::size_t i = 0; i < count; ++i) all.add(*tasks[i], caller);
  try {
    meet_cancellation();
    while (!all.is_over()) static_cast<void>(all.next());
  } catch (...) {
    cancel_and_join(tasks, count, "the caller of coir::gather was cancelled");
    throw;
  }
}

}  // namespace coir::detail
