#include <coir/task/group.hpp>

#include <memory>
#include <stdexcept>
#include <utility>

#include <coir/task/detail/session.hpp>

namespace coir {

void group::join() {
  if (state_.owner) throw std::logic_error("coir::group::join: coir::in_group joins its group itself");
  state_.wait_or_throw();
  state_.check();
}

bool group::cancel(std::string reason) {
  if (state_.requested) return false;
  auto cause = std::make_shared<const detail::cancel_cause>(
      detail::cancel_cause{std::move(reason), detail::session::canceller()});
  if (!state_.home) {
    state_.requested = true;
    state_.cause = std::move(cause);
    return true;
  }
  if (state_.home != lowlevel::scheduler::current())
    throw std::logic_error("coir::group::cancel: the group belongs to another thread, or to a run that has ended");
  return state_.home->cancel(state_, std::move(cause));
}

}  // namespace coir
