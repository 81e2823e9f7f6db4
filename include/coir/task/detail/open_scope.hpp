// <coir/task/detail/open_scope.hpp> - a scope for as long as a block
#pragma once

#include <exception>

#include <coir/base/api.hpp>
#include <coir/sched/scheduler.hpp>

namespace coir::detail {

// Throws std::logic_error: what the scope was closed out of turn by.
[[noreturn]] COIR_API void throw_misnested(const scope& s);

class open_scope {
 public:
  // Throws std::logic_error naming `caller` where there is no scheduler, or nobody on whose behalf to run.
  open_scope(scope& s, const char* caller) : scope_(s) {
    lowlevel::scheduler& here = lowlevel::scheduler::required(caller);
    if (activity* active = here.active()) [[likely]]
      here.open(s, *active);
  }
  open_scope(const open_scope&) = delete;
  open_scope& operator=(const open_scope&) = delete;
  ~open_scope() noexcept(false) {
    if (!scope_.opened_on || lowlevel::scheduler::close(scope_)) [[likely]]
      return;
    if (std::uncaught_exceptions() == exceptions_) throw_misnested(scope_);
  }

 private:
  scope& scope_;
  int exceptions_ = std::uncaught_exceptions();
};

}  // namespace coir::detail
