#include <coir/task/any_task.hpp>

#include <stdexcept>

#include <coir/task/detail/session.hpp>
#include <coir/task/task.hpp>

namespace coir {
namespace {

detail::session& required_session(const char* caller) {
  if (detail::session* here = detail::session::current()) return *here;
  throw std::logic_error("coir::" + std::string(caller) + " needs a running scheduler: call it inside coir::run");
}

any_task handle_of(detail::task_state& t) noexcept {
  t.retain();
  return detail::task_access::adopt_any(detail::task_ref(&t));
}

}  // namespace

void any_task::refuse_empty() { throw std::logic_error("this coir::task handle is empty"); }

any_task current_task() {
  detail::activity* active = required_session("current_task").scheduler().active();
  return active && active->is_task ? handle_of(*static_cast<detail::task_state*>(active)) : any_task();
}

std::vector<any_task> all_tasks() {
  std::vector<any_task> all;
  required_session("all_tasks").for_each_task([&](detail::task_state& t) { all.push_back(handle_of(t)); });
  return all;
}

}  // namespace coir
