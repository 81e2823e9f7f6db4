#include <coir/task/cancel_scope.hpp>

#include <memory>
#include <stdexcept>
#include <string>

#include <coir/base/timed_out.hpp>
#include <coir/fiber/detail/access.hpp>
#include <coir/task/detail/session.hpp>
#include <coir/task/timeout.hpp>

namespace coir {
namespace detail {

void throw_misnested(const scope& s) {
  throw std::logic_error("a cancel scope that was opened on " + describe(s.opened_on) + " was left on " +
                         describe(this_thread.current) +
                         ", out of turn: a fiber or a generator was left in the midst of one, and went on elsewhere");
}

void throw_timed_out(clock::duration d) {
  const double seconds = std::chrono::duration<double>(d).count();
  std::string text = std::to_string(seconds);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  throw timed_out("timed out after " + text + " s");
}

}  // namespace detail

void cancel_scope::begin() {
  if (begun_) throw std::logic_error("coir::cancel_scope::run: a scope runs once, make another one");
  begun_ = true;
}

bool cancel_scope::cancel(std::string reason) {
  if (scope_.requested) return false;
  auto cause = std::make_shared<const detail::cancel_cause>(
      detail::cancel_cause{std::move(reason), detail::session::canceller()});
  lowlevel::scheduler* here = lowlevel::scheduler::current();
  if (!scope_.owner) {
    scope_.requested = true;
    scope_.cause = std::move(cause);
    return true;
  }
  if (scope_.opened_on->home.load(std::memory_order_relaxed) != detail::this_thread.self)
    throw std::logic_error("coir::cancel_scope::cancel: the scope runs on another thread; coir::post does it from there");
  return here->cancel(scope_, std::move(cause));
}

void cancel_scope::set_deadline(coir::deadline at) {
  deadline_ = at;
  if (!timer_) return;
  timer_->stop();
  timer_->start(at, now(), "cancel_scope::set_deadline");
}

}  // namespace coir
