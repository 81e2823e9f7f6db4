// <coir/run/detail/interrupt_guard.hpp> - SIGINT while main runs
#pragma once

#include <coir/base/api.hpp>

namespace coir::detail {

class session;

// While it lives, the first SIGINT cancels the main function of the thread's session; the next one has its
// default action. On the process's first thread only, and only where SIGINT had its default action: a handler
// of the program's, or a shell that has it ignored, comes first. If the cancellation is nobody's to catch, the
// process ends by SIGINT instead of std::abort.
class COIR_API interrupt_guard {
 public:
  explicit interrupt_guard(bool wanted);
  interrupt_guard(const interrupt_guard&) = delete;
  interrupt_guard& operator=(const interrupt_guard&) = delete;
  ~interrupt_guard();

 private:
  bool installed_ = false;
};

}  // namespace coir::detail
